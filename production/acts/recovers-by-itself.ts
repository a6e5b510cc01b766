import {
  assertRecovered,
  check,
  closed,
  incident,
  openIncident,
  request,
  type Scene,
  until,
} from './scene.ts'
import { workerOf } from './worker-of.ts'

const twin = 'alertmanager-twin'

/**
 * An ungated runbook: the shop's pool leaks, a rule of a real Prometheus fires, idle sessions are ended. Meanwhile a second
 * Alertmanager reports the same alert, and once the effect is done an api and the worker that did it are killed.
 */
export async function recoversByItself(scene: Scene): Promise<void> {
  const { stack, say } = scene
  await stack.addTwin('alertmanager', twin)
  await breakShop(scene, 'idle-connections')
  const number = await openIncident(scene, 'pool-exhausted')
  await copyAlerts(scene)

  await until(`${number} has ended the idle sessions`, async () =>
    (await incident(scene, number)).claims.some(({ outcome }) => outcome === 'succeeded'),
  )
  const worker = await workerOf(scene, number)
  for (const name of ['api-1', worker]) stack.kill(name)
  say(`${number}: killed api-1, and ${worker} in the middle of its verification`)

  const detail = await closed(scene, number)
  assertRecovered(scene, detail, 'end-idle-sessions')
  const [alert] = detail.alerts
  check(
    detail.alerts.length === 1,
    `${number} has ${detail.alerts.length} alerts, not the one that both reported`,
  )
  check((alert?.events ?? 0) >= 2, `${number}: the second Alertmanager was not heard`)
  say(
    `${number} recovered by itself; two Alertmanagers reported ${alert?.events} times, one incident came of it`,
  )
}

export async function breakShop({ stack }: Scene, fault: string): Promise<void> {
  const { code, output } = await stack.exec('shop', ['node', 'production/jobs/break-shop.ts', fault])
  check(code === 0, `the shop did not let itself be broken: ${output}`)
}

/** What a Prometheus that knows both Alertmanagers would have done. */
async function copyAlerts({ alertmanagerUrl, stack }: Scene): Promise<void> {
  const { body } = await request(`${alertmanagerUrl}/api/v2/alerts?filter=system%3Dshop`)
  // https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml, gettableAlerts
  const alerts = body as { labels: unknown; annotations: unknown; startsAt: string; endsAt: string }[]
  const copies = alerts.map(({ labels, annotations, startsAt, endsAt }) => ({
    labels,
    annotations,
    startsAt,
    endsAt,
  }))
  const url = stack.container(twin).translate('http://127.0.0.1:9093/api/v2/alerts')
  const answer = await request(url, { method: 'POST', body: JSON.stringify(copies) })
  check(answer.status === 200, `the second Alertmanager answered ${answer.status}`)
}
