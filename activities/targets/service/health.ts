import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { Secret } from '../../../contracts/secret.ts'
import type { Measured } from '../../../contracts/targets/definition.ts'
import type { serviceChecks } from '../../../contracts/targets/service.ts'
import { httpRequest } from '../../../outgoing/http-request.ts'
import { printable } from '../printable.ts'
import { answerOf } from '../redaction.ts'
import type { Check } from '../target.ts'

type Health = Measured<(typeof serviceChecks)['service.health']>

// Health answers are a few hundred bytes; more is not read, and not needed to know the status.
const MAX_BYTES = 64 * 1024
const BODY_CHARACTERS = 200

export interface HealthAnswer {
  measured: Health
  /** The same for people: the status and the beginning of the body, or why there was no answer. */
  told: string
}

/** The service's health endpoint, asked once. No answer is a measurement, `down`, and never an error. */
export const health: Check<(typeof serviceChecks)['service.health']> = {
  measure: async (target, { timeout }, signal) => (await askHealth(target, timeout, signal)).measured,
}

/** Up (2xx), degraded (any other answer), down (no answer in time); throws only the reason of an aborted signal. */
export async function askHealth(
  target: TargetConfigurationOf<'service'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HealthAnswer> {
  try {
    const answer = await httpRequest({ url: target.health.url, timeoutMs, maxBytes: MAX_BYTES, signal })
    const status = answer.status >= 200 && answer.status < 300 ? 'up' : 'degraded'
    return {
      measured: { status, http_status: answer.status, latency_ms: answer.latencyMs },
      told: `HTTP ${answer.status}: ${printable(answer.body.trim(), BODY_CHARACTERS)}`,
    }
  } catch (error) {
    signal.throwIfAborted()
    // A fault of ours is not an answer of the service.
    if (error instanceof TypeError || error instanceof RangeError) throw error
    return {
      measured: { status: 'down' },
      told: `no answer: ${answerOf(error, new Secret(target.health.url))}`,
    }
  }
}
