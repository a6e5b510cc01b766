/** The runbooks in force in the night that all examples speak of. */
import type { RunbookInForceView, RunbookVersionView } from '../contracts/runbook-views.ts'
import type { UploadedFile } from './sync-runbooks.ts'

function written(name: string, title: string, match: string): string {
  return `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: ${title}, owner: platform }
${match}triage: { severity: [{ is: SEV2 }] }
escalate:
  - { after: 0m, page: [on-call] }
`
}

const title = 'Orders is running out of database connections'
const match = 'match: alert.labels.alertname == "OrdersConnectionsHigh"\n'

export const ordersFile: UploadedFile = {
  file: 'orders/connections.yaml',
  source: written('orders-connections', title, match),
}
export const defaultFile: UploadedFile = {
  file: 'default.yaml',
  source: written('default', 'Anything that no other runbook takes', ''),
}
function routine(name: string, title: string, cron: string): UploadedFile {
  const schedule = `schedule: { cron: '${cron}', zone: UTC, window: 2h, system: orders, environment: production }\n`
  return { file: `orders/${name}.yaml`, source: written(name, title, schedule) }
}

export const weeklyRoutine = 'orders-weekly'
/** Its run was never ended. */
export const runningRoutine = 'orders-nightly'
export const runOfRoutine = 'INC-2026-03-09-001'
export const routineFiles: UploadedFile[] = [
  routine(weeklyRoutine, 'Weekly clean-up of orders', '0 3 * * mon'),
  routine(runningRoutine, 'Nightly check of orders', '0 2 * * *'),
]

/** Nobody is paged by it: `page` is spelt wrong. */
export const faultyFile: UploadedFile = {
  file: ordersFile.file,
  source: ordersFile.source.replace('page:', 'pages:'),
}

const hash = '3f0d4a1b2c5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8'
export const exampleDigest = '91b2c3d4e5f60718293a4b5c6d7e8f902f5c0a3b5d7e9f10b2c3d4e5f6071829'

export const ordersInForce: RunbookInForceView = {
  name: 'orders-connections',
  title,
  owner: 'platform',
  hash,
  file: ordersFile.file,
  since: '2026-03-09T10:00:00.000Z',
  way: 'sync',
  by: 'mia',
}

export const ordersVersion: RunbookVersionView = {
  name: 'orders-connections',
  hash,
  keptAt: '2026-03-09T10:00:00.000Z',
  inForce: ordersInForce,
  runbook: {
    name: 'orders-connections',
    title,
    owner: 'platform',
    targets: {},
    match: 'alert.labels.alertname == "OrdersConnectionsHigh"',
    triage: { checks: [], severity: [{ is: 'SEV2' }] },
    mitigate: [],
    holdMs: 300_000,
    escalate: [{ afterMs: 0, page: ['on-call'] }],
  },
  source: ordersFile.source,
}
