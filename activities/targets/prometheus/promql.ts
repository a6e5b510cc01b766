import { z } from 'zod'
import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { type Measured, measuredAs } from '../../../contracts/rule.ts'
import { Secret } from '../../../contracts/secret.ts'
import { type HttpAnswer, httpRequest } from '../../../outgoing/http-request.ts'
import { printable } from '../printable.ts'
import { answerOf } from '../redaction.ts'

type PrometheusTarget = TargetConfigurationOf<'prometheus'>

// One number is a few hundred bytes; a query that gives a thousand series is refused all the same.
const MAX_BYTES = 256 * 1024
const ANSWER_CHARACTERS = 300
// The server ends the query before we stop waiting, and says so.
const SERVER_SHARE = 0.9

// https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries; what else it holds is not looked at.
const sample = z.tuple([z.number(), z.string()])
const success = z.object({
  status: z.literal('success'),
  data: z.union([
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: sample.optional() })) }),
    z.object({ resultType: z.literal('scalar'), result: sample }),
    z.object({ resultType: z.enum(['matrix', 'string']), result: z.unknown() }),
  ]),
})
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() })

/**
 * Asks a Prometheus server an instant query; an empty vector is an absence. Throws `not_one_number`, `target_unavailable`
 * or `target_rejected`.
 */
export async function readPromql(
  target: PrometheusTarget,
  query: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Measured> {
  const answer = await ask(target, query, timeoutMs, signal)
  if (answer.isTruncated) throw notOne(target.name, `more than ${MAX_BYTES} bytes`)
  const body = jsonOf(answer.body)
  const refused = failure.safeParse(body)
  if (refused.success) {
    const { errorType, error } = refused.data
    const told = printable(`${errorType}: ${error}`, ANSWER_CHARACTERS)
    throw unusable(target, answer.status >= 500 ? 'target_unavailable' : 'target_rejected', told)
  }
  if (answer.status !== 200)
    throw unusable(
      target,
      answer.status >= 500 ? 'target_unavailable' : 'target_rejected',
      `HTTP ${answer.status}`,
    )
  const read = success.safeParse(body)
  if (!read.success)
    throw unusable(target, 'target_rejected', 'the answer is not that of a Prometheus server')
  return measuredFrom(target.name, read.data.data)
}

async function ask(
  target: PrometheusTarget,
  query: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (target.server === undefined)
    throw unusable(target, 'target_rejected', 'the configuration gives it no `server`')
  const { url } = target.server
  const timeout = `${Math.floor(timeoutMs * SERVER_SHARE)}ms`
  return httpRequest({
    url,
    path: '/api/v1/query',
    // Long queries do not fit into every proxy's idea of a URL.
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ query, timeout }).toString(),
    timeoutMs,
    maxBytes: MAX_BYTES,
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw unusable(target, 'target_unavailable', answerOf(error, new Secret(url)))
  })
}

function measuredFrom(target: string, data: z.output<typeof success>['data']): Measured {
  if (data.resultType === 'scalar') return measuredFromText(data.result[1])
  if (data.resultType !== 'vector') throw notOne(target, `a ${data.resultType}`)
  const [first, ...others] = data.result
  if (first === undefined) return { is: 'absent' }
  if (others.length > 0) throw notOne(target, `${data.result.length} series`)
  // Native histograms have no value.
  if (first.value === undefined) throw notOne(target, 'a histogram')
  return measuredFromText(first.value[1])
}

/** `NaN`, `+Inf` and `-Inf` are written as such. */
function measuredFromText(text: string): Measured {
  return measuredAs(Number(text.replace('Inf', 'Infinity')))
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function notOne(target: string, what: string): CodedError {
  return new CodedError('not_one_number', `The query to ${target} gave ${what}.`, { fields: { target } })
}

function unusable(
  target: PrometheusTarget,
  code: 'target_unavailable' | 'target_rejected',
  reason: string,
): CodedError {
  return new CodedError(code, `Asking ${target.name} failed: ${reason}.`, {
    fields: { target: target.name, reason },
  })
}
