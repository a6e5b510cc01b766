import { setTimeout as delay } from 'node:timers/promises'
import { check, closed, openIncident, operatorAsks, request, type Scene, until, incident } from './scene.ts'

/** Twenty a second is a storm for people and nothing for the api. */
const everyMs = 50
/** The proxy asks each api every second, and believes it after one answer. */
const proxySeesItWithinMs = 2_500

/**
 * Both apis are restarted, one after the other, while webhooks come in, each with an alert of its own: all are answered 202, and
 * each is on record.
 */
export async function restartsWithoutLoss(scene: Scene): Promise<void> {
  const { stack, say } = scene
  const sending = new AbortController()
  const sent = sendAlerts(scene, sending.signal)
  for (const name of ['api-1', 'api-2']) {
    await stack.restart(name)
    await delay(proxySeesItWithinMs)
  }
  sending.abort()
  const statuses = await sent
  const refused = statuses.filter(status => status !== 202)
  check(
    refused.length === 0,
    `${refused.length} of ${statuses.length} webhooks were answered ${[...new Set(refused)].join(', ')}`,
  )

  const number = await openIncident(scene, 'default')
  await until(`${number} has all ${statuses.length} alerts`, async () => {
    return (await incident(scene, number)).alertsTotal === statuses.length
  })
  await operatorAsks(scene, `/v1/incidents/${number}/resolve`, { reason: 'rehearsed' })
  await closed(scene, number)
  say(`both apis were restarted under ${statuses.length} webhooks: all were answered 202, all are on record`)
}

/** The status of each webhook, sent in its time whether those before it have been answered or not; 0 is no answer. */
async function sendAlerts(scene: Scene, signal: AbortSignal): Promise<number[]> {
  const answers: Promise<number>[] = []
  while (!signal.aborted) {
    answers.push(sendAlert(scene, answers.length))
    await delay(everyMs)
  }
  return Promise.all(answers)
}

async function sendAlert({ apiUrl, tokens }: Scene, index: number): Promise<number> {
  const alert = {
    status: 'firing',
    labels: { alertname: 'RollingRestart', instance: `instance-${index}` },
    annotations: { summary: 'Sent while the apis were restarted' },
    startsAt: new Date().toISOString(),
  }
  const body = JSON.stringify({ version: '4', groupKey: '{}:{alertname="RollingRestart"}', alerts: [alert] })
  return request(`${apiUrl}/v1/webhooks/alertmanager`, {
    method: 'POST',
    body,
    token: tokens.alertmanager,
  }).then(
    ({ status }) => status,
    () => 0,
  )
}
