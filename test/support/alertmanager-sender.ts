/** Sends alerts over HTTP and repeats them as Alertmanager does: after no answer and after a 5xx, never after a 4xx. */
import { setTimeout as delay } from 'node:timers/promises'

export interface SentAlert {
  /** One group becomes one incident. */
  group: string
  name: string
  status?: 'firing' | 'resolved'
  /** Tells alerts of one group apart. */
  instance?: string
}

export interface Attempt {
  status: number | 'no answer'
  retryAfter?: string
}

export interface Delivered {
  attempts: Attempt[]
  /** What the 202 said. */
  deliveryId: number
}

/** Between two attempts; Alertmanager begins with 500 ms and doubles it. */
const firstRetryMs = 200
const longestRetryMs = 1_000
const givesUpAfterMs = 60_000
const answersWithinMs = 10_000

export function createAlertmanager(options: { url: string; token: string }) {
  const startedAtMs = Date.now()
  const attempted: Attempt[] = []

  async function attempt(body: string): Promise<Attempt & { deliveryId?: number }> {
    try {
      const response = await fetch(`${options.url}/v1/webhooks/alertmanager`, {
        method: 'POST',
        headers: { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(answersWithinMs),
      })
      const answer = (await response.json()) as { deliveryId?: number }
      const retryAfter = response.headers.get('retry-after')
      return {
        status: response.status,
        ...(retryAfter === null ? {} : { retryAfter }),
        ...(answer.deliveryId === undefined ? {} : { deliveryId: answer.deliveryId }),
      }
    } catch {
      return { status: 'no answer' }
    }
  }

  /** Resolves with the 202; rejects after a 4xx and when there is none in a minute. */
  async function send(alert: SentAlert): Promise<Delivered> {
    const body = JSON.stringify(notification(alert, startedAtMs))
    const until = Date.now() + givesUpAfterMs
    const attempts: Attempt[] = []
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      const { deliveryId, ...made } = await attempt(body)
      attempts.push(made)
      attempted.push(made)
      if (made.status === 202 && deliveryId !== undefined) return { attempts, deliveryId }
      if (made.status !== 'no answer' && made.status < 500)
        throw new Error(`not repeated after ${made.status}`)
      if (Date.now() > until) throw new Error(`given up: ${JSON.stringify(attempts)}`)
      await delay(waitMs)
    }
  }

  /** Every attempt made so far. */
  return { send, attempted }
}

/** Version 4 of the webhook, as Alertmanager 0.25 and later write it. */
function notification(alert: SentAlert, startedAtMs: number): object {
  const { group, name, status = 'firing', instance = 'one' } = alert
  const labels = { alertname: name, system: 'real', environment: 'test', group, instance }
  const startsAt = new Date(startedAtMs).toISOString()
  const endsAt = status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString()
  return {
    version: '4',
    groupKey: `{}:{group="${group}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'paramedic',
    groupLabels: { group },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.test',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: `${name} of ${group}` },
        startsAt,
        endsAt,
        generatorURL: 'http://prometheus.test',
        fingerprint: 'f',
      },
    ],
  }
}
