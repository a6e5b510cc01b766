/** Those of runs of routines whose histories are kept; see behaviours.ts. */
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { acknowledge, requestResolve } from '../../store/acts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { eventually, type Harness } from '../support/incident-harness.ts'

interface Opened {
  number: string
  name: string
}

const step = (id: string): string => `
  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 },
      verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 300ms, within: 2s, every: 250ms }, undo: { none: "sessions reconnect" } }`

const routine = (...steps: string[]): string => `
triage:
  checks: { pool: { uses: postgres.connections, target: db }, health: { uses: service.health, target: api } }
  severity: [ { is: SEV1, label: High, when: 'checks.pool.used_ratio > 0.95' }, { is: SEV2 } ]
  impact: 'checks.pool.used_ratio > 0.9'
mitigate:${steps.join('')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 300ms, within: 2s, every: 250ms }
escalate:
  - { after: 0s, page: [on-call] }
  - { after: 3s, unless: acknowledged, page: [on-call, senior] }
  - { after: 60m, unless: resolved, when: incident.impact, page: [platform-lead], severity: SEV1 }
`

const task = (id: string): string => `
  - { id: ${id}, manual: Do ${id}., expires: 10m }`

async function ticks(harness: Harness, { number }: Opened, step: string): Promise<void> {
  const open = await eventually(async () =>
    (await listGates(harness.pool, { incident: number, open: true })).find(gate => gate.step === step),
  )
  const tick = { gateId: open.id, kind: 'manual', by: 'ana', answer: 'done', atMs: Date.now() } as const
  await answerGate(harness.pool, tick)
}

/** Well after the first step, and ill again after the second. */
const illAgain: ScriptedTarget = {
  measure: ({ effects }) =>
    effects === 1 ? { idle: 1, used_ratio: 0.2, status: 'up' } : { idle: 50, used_ratio: 0.99, status: 'up' },
}

export const routineBehaviours = {
  'takes-every-step-of-a-routine-and-stops-at-one-that-fails': {
    runbook: routine(step('first'), step('second')),
    window: '30m',
    target: illAgain,
    async happens(harness: Harness, opened: Opened): Promise<void> {
      const told = () => harness.tell(opened)
      await eventually(async () => (await told()).entries('routine.stopped').length > 0)
      await eventually(async () => (await told()).pages.length > 0)
      const by = { number: opened.number, by: 'ana', atMs: Date.now() }
      await requestResolve(harness.pool, { ...by, reason: 'mended by hand' })
    },
  },
  'asks-for-what-a-checklist-has-and-calls-people-again-for-what-fails-later': {
    runbook: routine(task('read-the-logs'), task('rotate-the-keys'), step('first')),
    window: '30m',
    target: { measure: () => ({ idle: 50, used_ratio: 0.99, status: 'up' }) },
    async happens(harness: Harness, opened: Opened): Promise<void> {
      const told = () => harness.tell(opened)
      await eventually(async () => (await told()).pages.length > 0)
      await acknowledge(harness.pool, { number: opened.number, by: 'ana', atMs: Date.now() })
      await ticks(harness, opened, 'read-the-logs')
      await ticks(harness, opened, 'rotate-the-keys')
      await eventually(async () => (await told()).entries('routine.stopped').length > 0)
      await eventually(async () => (await told()).pages.length > 1)
      const by = { number: opened.number, by: 'ana', atMs: Date.now() }
      await requestResolve(harness.pool, { ...by, reason: 'mended by hand' })
    },
  },
}
