/** For alerts named `Quiet`: no target, no step; the incident ends when its alerts have resolved. */
export const quietRunbook = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: quiet, title: Quiet, owner: test }
match: alert.labels.alertname == "Quiet"
triage: { severity: [ { is: SEV4 } ] }
hold: 100ms
escalate:
  - { after: 0m, page: [on-call] }
`
