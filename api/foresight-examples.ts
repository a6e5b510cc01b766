/** What would be done about the alert of the night that all examples speak of. */
import type { ForesightReply } from '../contracts/foresight-views.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { parseRunbook } from '../language/parse-runbook.ts'

export const foreseenAlert = {
  name: 'OrdersConnectionsHigh',
  labels: { alertname: 'OrdersConnectionsHigh', system: 'orders', environment: 'production' },
  annotations: { summary: 'Orders is running out of database connections' },
}

export const foreseenRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: orders-connections, title: Orders is running out of database connections, owner: platform }
targets: { db: postgres }
match: alert.labels.alertname == "OrdersConnectionsHigh"
triage:
  checks: { sessions: { uses: postgres.connections, target: db } }
  severity: [{ is: SEV2 }]
mitigate:
  - id: end-idle-sessions
    uses: postgres.terminate_idle
    target: db
    when: checks.sessions.idle >= 50
    with: { idle_longer_than: 10m, at_most: 200 }
    gate: { approvers: ['role:approver'], expires: 15m, on_expiry: escalate }
    verify: { check: sessions, until: value.used_ratio < 0.7 }
    undo: { none: clients open new connections by themselves }
escalate:
  - { after: 0m, page: [on-call] }
`

export const foreseen: ForesightReply = {
  runbook: loaded(),
  others: [],
  matches: true,
  place: { system: 'orders', environment: 'production' },
  bindings: [{ role: 'db', kind: 'postgres', target: 'orders-db' }],
  inputs: [],
  isFrozen: false,
  foresight: {
    checks: [
      { name: 'sessions', target: 'orders-db', values: { idle: 87, used_ratio: 0.97 }, problem: null },
    ],
    severity: { is: 'SEV2', label: null, because: 'SEV2: no stronger rule holds' },
    impact: { is: 'unknown', because: 'impact is not measured' },
    steps: [
      {
        id: 'end-idle-sessions',
        target: 'orders-db',
        result: 'planned',
        because: null,
        plan: {
          preview: {
            summary: 'Ends 87 sessions that have been idle for more than 10 minutes.',
            wouldTouch: 87,
            unit: 'sessions',
            examples: ['orders-api from 10.0.0.7'],
          },
          atMost: 200,
          risk: 'disruptive',
          identity: { system_identifier: '7301', database: 'orders' },
          autonomy: 'auto',
          gate: {
            approvers: ['role:approver'],
            quorum: 1,
            expiresMs: 900_000,
            onExpiry: 'escalate',
            because: 'runbook',
          },
        },
      },
    ],
    calls: [{ level: 0, isCalled: true }],
  },
}

function loaded(): LoadedRunbook {
  const read = parseRunbook(foreseenRunbook, 'orders-connections.yaml')
  if ('faults' in read)
    throw new Error(`The runbook of the examples has faults: ${JSON.stringify(read.faults)}`)
  return { hash: read.hash, runbook: read.runbook }
}
