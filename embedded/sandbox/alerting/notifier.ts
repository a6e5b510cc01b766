import { afterDelivery, notificationDue, repeatEveryMs, type AlertState } from './alert-state.ts'
import { alertmanagerPayload, type AlertmanagerPayload } from './alertmanager-payload.ts'
import type { AlertRule } from './rules.ts'
import { reasonOf } from './scrape.ts'

export type DeliveryResult = { is: 'taken' } | { is: 'refused' | 'failed'; reason: string }

/** Alertmanager's back-off (cenkalti/backoff): half a second, times 1.5; capped low, a person is watching. */
const firstRetryMs = 500
const retryFactor = 1.5
const longestRetryMs = 5_000
/** Longer than the receiver's own waits; silence beyond it is a failure. */
const answerWithinMs = 10_000

/** Sends what is due for one rule, one request at a time, as Alertmanager does: again on 5xx and silence, not on 4xx. */
export function createNotifier(options: {
  rule: AlertRule
  shopUrl: string
  deliver: (payload: AlertmanagerPayload) => Promise<DeliveryResult>
  state: { get(): AlertState; set(state: AlertState): void }
  log: (line: string) => void
}): { sendDue(at: number): Promise<void> } {
  const { rule, shopUrl, deliver, state, log } = options
  let isBusy = false
  let failures = 0
  let notBefore = 0

  return {
    sendDue: async at => {
      const due = notificationDue(state.get(), at)
      if (due === undefined || isBusy || at < notBefore) return
      isBusy = true
      const result = await deliver(alertmanagerPayload(rule, due, shopUrl))
      isBusy = false
      const subject = `${rule.alertname} ${due.status}`
      switch (result.is) {
        case 'taken':
          failures = 0
          state.set(afterDelivery(state.get(), due, at))
          return log(`${subject}: delivered`)
        case 'refused':
          // Alertmanager drops it for this flush; the next one comes with the next interval.
          notBefore = at + repeatEveryMs
          return log(`${subject}: refused, not sent again for ${repeatEveryMs / 1000} s: ${result.reason}`)
        case 'failed':
          notBefore = at + retryAfterMs(failures)
          failures += 1
          return log(`${subject}: failed, trying again: ${result.reason}`)
        default:
          return result satisfies never
      }
    },
  }
}

/** Posts a payload to an Alertmanager webhook receiver. */
export function createDelivery(
  webhookUrl: string,
  token: string,
): (payload: AlertmanagerPayload) => Promise<DeliveryResult> {
  return async payload => {
    try {
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Alertmanager/0.33.1 (paramedic sandbox)',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify(payload),
        signal: AbortSignal.timeout(answerWithinMs),
      })
      const answer = await response.text()
      if (response.ok) return { is: 'taken' }
      return {
        is: response.status >= 500 ? 'failed' : 'refused',
        reason: `HTTP ${response.status} ${answer.slice(0, 300)}`,
      }
    } catch (error) {
      return { is: 'failed', reason: reasonOf(error) }
    }
  }
}

function retryAfterMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * retryFactor ** failures)
}
