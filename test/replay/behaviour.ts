/** What behaviours whose histories are kept have in common: a runbook in seconds, and what people do in it. */
import type { Runbook } from '../../contracts/runbook.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { requestResolve } from '../../store/acts.ts'
import { listGates, vote } from '../../store/gates.ts'
import { eventually, type Harness } from '../support/incident-harness.ts'

export interface Opened {
  number: string
  name: string
}

export interface Behaviour {
  runbook: string
  adapt?: (runbook: Runbook) => Runbook
  window?: string
  target: ScriptedTarget
  autonomy?: 'observe' | 'propose' | 'auto'
  /** How many targets have the role `edges`, which is for many. */
  edges?: number
  /** Of its targets; only `berlin` has a worker. */
  site?: 'berlin' | 'oslo'
  /** No incident: it is asked what would be done. */
  isAsked?: true
  /** What people and the source do, while it runs. */
  happens(harness: Harness, opened: Opened): Promise<void>
}

export const steadiness = `settle: 0s, for: 300ms, within: 2s, every: 250ms`

export function runbook(
  options: { steps?: number; gate?: string; more?: string; hold?: string } = {},
): string {
  const step = (id: string, gate = '') =>
    `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${gate}
      verify: { check: pool, until: 'value.used_ratio < 0.7', ${steadiness} }, undo: { none: "sessions reconnect" } }`
  const gate = options.gate === undefined ? '' : `gate: { approvers: [role:approver], ${options.gate} },`
  const steps = ['first', 'second']
    .slice(0, options.steps ?? 1)
    .map((id, index) => step(id, index === 0 ? `${gate}${options.more ?? ''}` : ''))
  return `
triage:
  checks: { pool: { uses: postgres.connections, target: db }, health: { uses: service.health, target: api } }
  severity: [ { is: SEV1, label: High, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV2 } ]
  impact: 'checks.pool.used_ratio > 0.9'
mitigate:${steps.length === 0 ? ' []' : ''}
${steps.join('\n')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 300ms, within: 2s, every: 250ms }
hold: ${options.hold ?? '500ms'}
escalate:
  - { after: 0s, page: [on-call] }
  - { after: 3s, unless: acknowledged, page: [on-call, senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [platform-lead], severity: SEV1 }
`
}

export const by = (opened: Opened) => ({ number: opened.number, by: 'ana', atMs: Date.now() })
export const quiet = (harness: Harness, opened: Opened) => harness.report(opened.name, 'resolved')
export const resolve = (harness: Harness, opened: Opened) =>
  requestResolve(harness.pool, { ...by(opened), reason: 'mended by hand' })

/** Waits until the incident's record has an entry of this kind. */
export async function entry(
  harness: Harness,
  opened: Opened,
  kind: Parameters<Awaited<ReturnType<Harness['tell']>>['entries']>[0],
): Promise<void> {
  await eventually(async () => (await harness.tell(opened)).entries(kind).length > 0)
}

export async function decide(harness: Harness, opened: Opened, verdict: 'approve' | 'deny'): Promise<void> {
  const open = await eventually(
    async () => (await listGates(harness.pool, { incident: opened.number, open: true }))[0],
  )
  await vote(harness.pool, {
    gateId: open.id,
    by: 'ana',
    verdict,
    planHash: open.planHash!,
    atMs: Date.now(),
  })
}

export const asks = 'quorum: 1, expires: 60s, on_expiry: escalate'
