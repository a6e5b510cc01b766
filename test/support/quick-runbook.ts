/** One step that is proved at once, for tests on the real clock. */
export function quickRunbook(options: { gate?: string; hold?: string }): string {
  const gate = options.gate === undefined ? '' : `gate: ${options.gate}`
  return `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate:
  - id: first
    uses: postgres.terminate_idle
    target: db
    with: { idle_longer_than: 10m, at_most: 200 }
    ${gate}
    verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 0s, within: 5s, every: 250ms }
    undo: { none: "sessions reconnect" }
hold: ${options.hold ?? '1s'}
escalate:
  - { after: 1h, page: [on-call] }
`
}
