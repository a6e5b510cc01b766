import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { Secret } from '../../../contracts/secret.ts'
import type { prometheusChecks } from '../../../contracts/targets/prometheus.ts'
import { type HttpAnswer, httpRequest } from '../../../outgoing/http-request.ts'
import { answerOf } from '../redaction.ts'
import type { Check } from '../target.ts'
import { ExpositionSyntaxError, parseExposition, type Sample } from './exposition.ts'

type PrometheusTarget = TargetConfigurationOf<'prometheus'>

// About 50,000 series; larger answers come from servers that should be asked through Prometheus itself.
const MAX_BYTES = 5 * 1024 * 1024

/** One metric of a text endpoint, scraped now; the series whose labels are equal are summed. */
export const scrape: Check<(typeof prometheusChecks)['prometheus.scrape']> = {
  async measure(target, { metric, labels = {}, timeout }, signal) {
    const samples = await scrapedSamples(target, timeout, signal)
    const { series, value } = seriesOf(
      samples.filter(({ name }) => name === metric),
      labels,
    )
    // NaN and infinity are no measurement to compare with, and JSON, which carries results, has no word for them.
    const isMeasured = series > 0 && Number.isFinite(value)
    return { series, ...(isMeasured ? { value } : {}) }
  },
}

/** Everything the target's endpoint tells now. Throws `target_unavailable` or `target_rejected`. */
export async function scrapedSamples(
  target: PrometheusTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Sample[]> {
  const { body } = await answer(target, timeoutMs, signal)
  return samplesOf(target, body)
}

/** The sum of those samples of one metric that have these labels, and how many they are. */
export function seriesOf(
  samples: readonly Sample[],
  labels: Record<string, string>,
): { series: number; value: number } {
  const matching = samples.filter(sample => hasLabels(sample, labels))
  return { series: matching.length, value: matching.reduce((sum, sample) => sum + sample.value, 0) }
}

async function answer(target: PrometheusTarget, timeoutMs: number, signal: AbortSignal): Promise<HttpAnswer> {
  if (target.scrape === undefined)
    throw unusable(target, 'target_rejected', 'the configuration gives it no `scrape`')
  const { url } = target.scrape
  const question = {
    url,
    headers: { accept: 'text/plain;version=0.0.4' },
    timeoutMs,
    maxBytes: MAX_BYTES,
    signal,
  }
  const answer = await httpRequest(question).catch((error: unknown) => {
    signal.throwIfAborted()
    throw unusable(target, 'target_unavailable', answerOf(error, new Secret(url)))
  })
  if (answer.status >= 500) throw unusable(target, 'target_unavailable', `HTTP ${answer.status}`)
  if (answer.status !== 200) throw unusable(target, 'target_rejected', `HTTP ${answer.status}`)
  if (answer.isTruncated)
    throw unusable(target, 'target_rejected', `the answer is larger than ${MAX_BYTES} bytes`)
  return answer
}

function samplesOf(target: PrometheusTarget, body: string): Sample[] {
  try {
    return parseExposition(body)
  } catch (error) {
    if (!(error instanceof ExpositionSyntaxError)) throw error
    throw unusable(
      target,
      'target_rejected',
      `the answer is not in the Prometheus text format, ${error.message}`,
    )
  }
}

// As in PromQL, a label that a series does not have equals the empty string.
function hasLabels(sample: Sample, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([name, value]) => (sample.labels.get(name) ?? '') === value)
}

function unusable(
  target: PrometheusTarget,
  code: 'target_unavailable' | 'target_rejected',
  reason: string,
): CodedError {
  return new CodedError(code, `Scraping ${target.name} failed: ${reason}.`, {
    fields: { target: target.name, reason },
  })
}
