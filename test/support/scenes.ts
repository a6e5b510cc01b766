/** Runbooks and targets that several tests play with. */
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { type ScriptedAct } from '../../rehearsal/script-activities.ts'
import { requestResolve } from '../../store/acts.ts'
import { listGates, vote } from '../../store/gates.ts'
import { at, reportAlert } from './incident-harness.ts'

const verifyStep = `verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 1s, for: 10s, within: 2m, every: 5s }`

const step = (id: string, gate: string) =>
  `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${gate}
      ${verifyStep}, undo: { none: "sessions reconnect" } }`

const triage = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV1, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV2 } ]
  impact: 'checks.pool.used_ratio > 0.9'`

const levels = `
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, page: [on-call, senior] }
  - { after: 30m, unless: resolved, page: [senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [platform-lead], severity: SEV1 }`

/** Steps named first, second, …; `gates` says which one asks and how. */
export function ladder(
  options: { steps?: number; gates?: Record<number, string>; hold?: string } = {},
): string {
  const names = ['first', 'second', 'third'].slice(0, options.steps ?? 1)
  const steps = names.map((name, index) =>
    step(name, options.gates?.[index] === undefined ? '' : `gate: ${options.gates[index]},`),
  )
  return `${triage}
mitigate:
${steps.join('\n')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 10s, within: 2m, every: 5s }
hold: ${options.hold ?? '1m'}
${levels}
`
}

export const gate = (onExpiry: 'next' | 'escalate' | 'stop' = 'escalate') =>
  `{ approvers: [role:approver], quorum: 1, expires: 10m, on_expiry: ${onExpiry} }`

/** Well after `effects` effects; broken before. */
export function mendedBy(effects: number): ScriptedTarget {
  return { measure: moment => ({ idle: 50, used_ratio: moment.effects >= effects ? 0.2 : 0.99 }) }
}

export const neverMended: ScriptedTarget = { measure: () => ({ idle: 50, used_ratio: 0.99 }) }

export function approves(minute: number, verdict: 'approve' | 'deny' = 'approve'): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const [open] = await listGates(pool, { incident: number, open: true })
    if (open === undefined) throw new Error('there is no open gate')
    await vote(pool, { gateId: open.id, by: 'ana', verdict, planHash: open.planHash!, atMs })
  })
}

/** A person ends the incident; `answers` gets what they are told. */
export function resolves(minute: number, answers: object[] = []): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    answers.push(await requestResolve(pool, { number, by: 'ana', atMs, reason: 'told so' }))
  })
}

/** The source reports the incident's own alert at its minute. */
export function alert(minute: number, status: 'firing' | 'resolved', name = 'first'): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const { rows } = await pool.query<{ system: string }>('select system from incident where number = $1', [
      number,
    ])
    await reportAlert(pool, { name: rows[0]!.system, status, atMs, alert: name })
  })
}
