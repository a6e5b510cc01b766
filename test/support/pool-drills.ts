/** A runbook with what drills have to do with, and drills of it: what a test needs of either is laid over them. */
export const poolRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: pool, title: The pool is exhausted, owner: platform }
targets: { db: postgres, api: service }
match: alert.labels.alertname == "PoolExhausted"
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    health: { uses: service.health, target: api }
  severity:
    - { is: SEV1, when: 'checks.health.status == "down"' }
    - { is: SEV2, when: checks.pool.used_ratio >= 0.9 }
    - { is: SEV3 }
  impact: checks.health.status != "up"
office_hours: { zone: Europe/Berlin, from: "09:00", to: "17:00" }
mitigate:
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    when: checks.pool.idle > 0
    with: { idle_longer_than: 10m, at_most: 200 }
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 5s, for: 10s, within: 1m, every: 5s }
    undo: { none: clients come back by themselves }
  - id: restart
    uses: service.restart
    target: api
    with: { grace: 3s, healthy_within: 20s }
    gate: { approvers: ['role:approver'], quorum: 2, expires: 10m, on_expiry: next }
    verify: { check: health, until: value.status == "up", settle: 1s, for: 5s, within: 1m, every: 5s }
    undo: { none: a restart has nothing to undo }
  - id: raise
    manual: Raise the pool by hand.
    expires: 20m
    on_expiry: stop
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 1s, for: 5s, within: 1m, every: 5s }
verify: { checks: [pool], until: checks.pool.used_ratio < 0.7, for: 10s, within: 1m, every: 5s }
hold: 1m
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 5m, unless: acknowledged, page: [senior] }
  - { after: 60m, unless: resolved, page: [platform-lead], severity: SEV1 }
communication:
  - { on: [opened, resolved], tell: [support] }
postmortem: { due: 48h, for: [SEV1, SEV2] }
`

const head = `apiVersion: paramedic/v1
kind: Drill
runbook: pool
given:
  at: sunday 03:00
  alert: { labels: { alertname: PoolExhausted } }
  checks:
    pool: [{ is: { used_ratio: 0.95, idle: 40 } }, { after: end-idle, is: { used_ratio: 0.3, idle: 0 } }]
    health: { status: up }
drills:
`

/** @param drills as they stand below `drills:`, without indent. */
export function poolDrills(drills: string): string {
  return head + drills.replace(/^(?=.)/gm, '  ')
}
