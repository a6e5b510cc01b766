import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expressionsOf } from '../dashboard.ts'
import { check, request, type Scene, until } from './scene.ts'

/**
 * Prometheus watches Paramedic: every rule is evaluated, every query of the dashboard is answered with data, and what is wrong with
 * Paramedic is told beside it, not to it.
 */
export async function watchesItself(scene: Scene, projectDir: string): Promise<void> {
  const { say } = scene
  await tellsBesideParamedic(scene)
  const rules = await rulesOf(scene)
  const broken = rules.filter(({ health }) => health !== 'ok')
  check(broken.length === 0, `Prometheus cannot evaluate ${broken.map(({ name }) => name).join(', ')}`)
  const dashboard = join(projectDir, 'production/grafana/dashboards/paramedic.json')
  const expressions = expressionsOf(JSON.parse(readFileSync(dashboard, 'utf8')))
  for (const expression of expressions) {
    await until(
      `Prometheus has data for ${expression}`,
      async () => (await query(scene, expression)).length > 0,
    )
  }
  say(
    `Prometheus evaluates ${rules.length} rules and has data for all ${expressions.length} queries of the dashboard`,
  )
}

/** Somebody knocks with a wrong token; the rule that notices it goes to the fallback. */
async function tellsBesideParamedic(scene: Scene): Promise<void> {
  const { receivers, say } = scene
  // A counter is noticed when it rises, so it has to be there first.
  await knock(scene, 4)
  await until('Prometheus knows the refusals', async () => {
    const seen = await query(scene, 'paramedic_webhook_deliveries_total{outcome="unauthenticated"}')
    return seen.length === 2
  })
  await knock(scene, 40)
  await until('the fallback hears of it', async () =>
    receivers.fallback.some(text => text.includes('ParamedicWebhooksRefused')),
  )
  say('an alert about Paramedic itself reached the fallback')
}

async function knock({ apiUrl }: Scene, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { status } = await request(`${apiUrl}/v1/webhooks/generic`, {
      method: 'POST',
      body: '{"title":"nobody"}',
      token: 'a-token-that-nobody-has-0123456789',
    })
    check(status === 401, `a wrong token was answered ${status}`)
  }
}

async function query({ prometheusUrl }: Scene, expression: string): Promise<unknown[]> {
  const { status, body } = await request(
    `${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`,
  )
  check(status === 200, `Prometheus does not take ${expression}: ${JSON.stringify(body)}`)
  // https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
  return (body as { data: { result: unknown[] } }).data.result
}

async function rulesOf({ prometheusUrl }: Scene): Promise<{ name: string; health: string }[]> {
  const { body } = await request(`${prometheusUrl}/api/v1/rules`)
  // https://prometheus.io/docs/prometheus/latest/querying/api/#rules
  const { groups } = (body as { data: { groups: { rules: { name: string; health: string }[] }[] } }).data
  return groups.flatMap(({ rules }) => rules)
}
