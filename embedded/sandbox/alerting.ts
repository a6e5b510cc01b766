/** The sandbox's Prometheus and Alertmanager in one: watches the shop and posts genuine alerts to Paramedic. A process. */
import { readFileSync } from 'node:fs'
import { observe } from './alerting/alert-state.ts'
import { createDelivery, createNotifier } from './alerting/notifier.ts'
import { alertRules } from './alerting/rules.ts'
import { scrapeMetrics } from './alerting/scrape.ts'
import { openStateFile } from './alerting/state-file.ts'

const everyMs = 1_000

runAlerting({
  shopUrl: required('PARAMEDIC_ALERTING_SHOP_URL'),
  apiUrl: required('PARAMEDIC_ALERTING_API_URL'),
  token: readFileSync(required('PARAMEDIC_ALERTING_TOKEN_FILE'), 'utf8').trim(),
  stateFile: required('PARAMEDIC_ALERTING_STATE_FILE'),
})

function runAlerting(options: { shopUrl: string; apiUrl: string; token: string; stateFile: string }): void {
  const { shopUrl } = options
  const states = openStateFile(options.stateFile, log)
  const deliver = createDelivery(`${options.apiUrl}/v1/webhooks/alertmanager`, options.token)
  const watched = alertRules.map(rule => {
    const state = {
      get: () => states.get(rule.alertname),
      set: (next: ReturnType<typeof states.get>) => states.set(rule.alertname, next),
    }
    return { rule, state, notifier: createNotifier({ rule, shopUrl, deliver, state, log }) }
  })

  const tick = async (): Promise<void> => {
    const scrape = await scrapeMetrics(`${shopUrl}/metrics`)
    const at = Date.now()
    for (const { rule, state, notifier } of watched) {
      state.set(observe(state.get(), rule.holds(scrape), at, rule.forMs))
      void notifier.sendDue(at)
    }
  }

  let timer: NodeJS.Timeout | undefined
  const loop = async (): Promise<void> => {
    const startedAt = performance.now()
    await tick()
    timer = setTimeout(() => void loop(), Math.max(0, everyMs - (performance.now() - startedAt)))
  }
  void loop()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      clearTimeout(timer)
      process.exit(0)
    })
  }
  log(`watching ${shopUrl}, reporting to ${options.apiUrl}`)
}

function log(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`)
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; the alerting is started by \`npm start\``)
  return value
}
