/** The runbook that drills made by hand are about: one of each thing a drill can expect something of. */
import type { Runbook } from '../../contracts/runbook.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

const source = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: orders-connections, title: Orders runs out of connections, owner: platform }
targets: { db: postgres, api: service }
match: alert.labels.alertname == "OrdersConnectionsHigh"
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    health: { uses: service.health, target: api }
  severity:
    - { is: SEV1, when: checks.health.status == "down" }
    - { is: SEV2, when: checks.pool.used_ratio >= 0.9 }
    - { is: SEV3 }
  impact: checks.health.status != "up"
mitigate:
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    when: checks.pool.idle >= 50
    with: { idle_longer_than: 10m, at_most: 200 }
    precheck: { check: pool, when: value.used_ratio > 0.8, after: 1m }
    gate: { approvers: ['role:on-call'], expires: 15m, on_expiry: escalate }
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 5s, for: 30s, within: 3m }
    retry: { times: 1, after: 1m }
    on_failure: escalate
    undo: { none: clients open new connections by themselves }
  - id: restart-api
    uses: service.restart
    target: api
    verify: { check: health, until: value.status == "up", settle: 10s, for: 30s, within: 5m }
    undo: { none: a restart has nothing to undo }
verify:
  checks: [pool, health]
  until: checks.pool.used_ratio < 0.7 && checks.health.status == "up"
  for: 2m
  within: 15m
hold: 5m
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [cto], severity: SEV1 }
communication:
  - { on: [opened, resolved], tell: [support] }
`

export function drilledRunbook(): Runbook {
  const parsed = parseRunbook(source, 'orders-connections.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults, null, 2))
  return parsed.runbook
}
