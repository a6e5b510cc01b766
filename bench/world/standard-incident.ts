/** The runbooks and the configuration of the bench. */

/** Three checks, two steps with three measurements each: the first does not help, the second does. */
export const standardRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: bench-standard, title: The standard incident, owner: bench }
targets: { api: service, metrics: prometheus, cache: redis }
match: alert.labels.alertname == "BenchStandard"
triage:
  checks:
    health: { uses: service.health, target: api }
    errors: { uses: prometheus.scrape, target: metrics, with: { metric: bench_errors } }
    backlog: { uses: prometheus.scrape, target: metrics, with: { metric: bench_backlog } }
  severity:
    - { is: SEV1, when: checks.health.status == "down" }
    - { is: SEV2 }
  impact: checks.errors.value > 0.01
mitigate:
  - id: does-not-help
    uses: redis.delete_matching
    target: cache
    when: checks.backlog.value > 10.0
    with: { prefix: 'bench:', at_most: 1 }
    verify: { check: backlog, until: value.value < 10.0, for: 500ms, within: 700ms, every: 250ms }
    undo: { none: a cache fills itself }
  - id: helps
    uses: redis.delete_matching
    target: cache
    with: { prefix: 'bench:', at_most: 1 }
    verify: { check: health, until: value.status == "up", for: 500ms, within: 2m, every: 250ms }
    undo: { none: a cache fills itself }
verify:
  checks: [health, errors]
  until: checks.health.status == "up" && checks.errors.value < 0.01
  for: 500ms
  within: 2m
  every: 250ms
hold: 500ms
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
  - { after: 30m, unless: resolved, page: [senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [senior], severity: SEV1 }
`

/** Takes every other alert: measured, paged, and open until somebody acts. */
export const openRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: default, title: An incident that stays open, owner: bench }
targets: { api: service }
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 60m, unless: acknowledged, page: [senior] }
`

export function configurationYaml(patientUrl: string, redisUrl: string): string {
  const place = 'environment: bench, system: bench, autonomy: auto'
  return `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:BENCH_SOURCE_TOKEN}' }
targets:
  - { name: bench-api, kind: service, role: api, ${place}, health: { url: '${patientUrl}/health' } }
  - { name: bench-metrics, kind: prometheus, role: metrics, ${place}, scrape: { url: '${patientUrl}/metrics' } }
  - { name: bench-cache, kind: redis, role: cache, ${place}, connection: { url: '${redisUrl}' }, rebuildable_prefixes: ['bench:'] }
`
}
