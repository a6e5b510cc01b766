import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Plan, PlannedStep } from '../../contracts/plan.ts'
import { type Step, undoId } from '../../contracts/runbook.ts'
import { requestResolve } from '../../store/acts.ts'
import { makeClaim, settleClaim } from '../../store/claims.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { setFreeze } from '../../store/freezes.ts'
import { savePlan } from '../../store/plans.ts'
import { saveRunbookVersion } from '../support/runbook-version.ts'
import { giveUp } from '../support/claims.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { emptyRunbook, givenIncident, somePlanHash } from '../support/incidents.ts'

let database: FreshDatabase
let pool: Pool
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  pool = database.pool
})
afterAll(() => database.drop())

const atMs = Date.parse('2026-03-01T10:00:00Z')

const written: Step = {
  id: 'stop-worker',
  uses: 'service.stop',
  target: 'worker',
  with: { grace: 10_000 },
  verify: { check: 'health', until: 'true', settleMs: 0, forMs: 0, withinMs: 1, everyMs: 1 },
  temporary: true,
  undo: { uses: 'service.start', with: { healthy_within: 60_000 }, timeoutMs: 1 },
  timeoutMs: 1,
}
const asWritten = {
  step: 'stop-worker',
  action: 'service.stop',
  target: 'shop-worker',
  parameters: written.with,
} as const
const itsUndo = {
  step: undoId('stop-worker'),
  action: 'service.start',
  target: 'shop-worker',
  parameters: { healthy_within: 60_000 },
} as const

interface Case {
  /** How the step ended; undefined while it runs. */
  outcome?: 'succeeded' | 'failed' | 'unknown' | 'abandoned'
  touched?: number
  settledBy?: string
  /** What of the runbook's step is otherwise. */
  runbook?: Partial<Step>
  /** What of the claimed undo is otherwise. */
  undo?: Partial<Effect>
  isFrozen?: boolean
  isApplied?: false
}

test.each<[string, string, Case]>([
  ['succeeded', 'granted', { outcome: 'succeeded' }],
  ['is unknown to have happened', 'granted', { outcome: 'unknown' }],
  ['failed half-way', 'granted', { outcome: 'failed', touched: 3 }],
  ['failed before it touched anything', 'incident-ended', { outcome: 'failed', touched: 0 }],
  ['was found not done by a probe', 'incident-ended', { outcome: 'failed', settledBy: 'probe' }],
  ['was given up before its effect', 'incident-ended', { outcome: 'abandoned' }],
  ['still runs', 'incident-ended', {}],
  ['never was', 'incident-ended', { isApplied: false }],
  [
    'is not temporary',
    'incident-ended',
    { outcome: 'succeeded', runbook: { temporary: undefined as never } },
  ],
  [
    'is undone by another action',
    'incident-ended',
    { outcome: 'succeeded', undo: { action: 'service.restart' } },
  ],
  [
    'is undone with other parameters',
    'incident-ended',
    { outcome: 'succeeded', undo: { parameters: { healthy_within: 1 } } },
  ],
  ['was done to another target', 'incident-ended', { outcome: 'succeeded', undo: { target: 'shop-api' } }],
  ['has another name', 'incident-ended', { outcome: 'succeeded', undo: { step: 'start-worker' } }],
  ['may not be undone during a freeze', 'frozen', { outcome: 'succeeded', isFrozen: true }],
])('after a person ended the incident: a step that %s: %s', async (_, expected, given) => {
  const incident = await ended(given)
  const undo = { ...itsUndo, ...given.undo }
  await plan(incident, undo)
  if (given.isFrozen === true) await setFreeze(pool, { on: true, by: 'ben', atMs })
  expect(await claim(incident, undo)).toBe(expected)
  await setFreeze(pool, { on: false, by: 'ben', atMs })
})

test('what another incident applied is not taken back by this one', async () => {
  await ended({ outcome: 'succeeded' })
  const other = await ended({ isApplied: false })
  await plan(other, itsUndo)
  expect(await claim(other, itsUndo)).toBe('incident-ended')
})

test('nothing is taken back of an incident that is closed', async () => {
  const incident = await ended({ outcome: 'succeeded' })
  await plan(incident, itsUndo)
  await pool.query(`update incident set phase = 'closed' where number = $1`, [incident])
  expect(await claim(incident, itsUndo)).toBe('incident-ended')
})

/** An incident with its step as given, ended by a person. */
async function ended(given: Case): Promise<string> {
  const incident = await givenIncident(pool, { atMs })
  const hash = given.runbook === undefined ? 'with-a-temporary-step' : 'with-a-step'
  const runbook = { ...emptyRunbook, mitigate: [{ ...written, ...given.runbook }] }
  await saveRunbookVersion(pool, { hash, runbook, source: 'a runbook' })
  await pool.query('update incident set runbook_hash = $2 where number = $1', [incident, hash])
  await plan(incident, asWritten, hash)
  if (given.isApplied !== false) await apply(incident, given)
  await requestResolve(pool, { number: incident, by: 'ana', atMs })
  return incident
}

async function apply(incident: string, { outcome, touched, settledBy = 'worker' }: Case): Promise<void> {
  if (outcome === 'abandoned') {
    await giveUp(pool, { incident, step: 'stop-worker', atMs })
    return
  }
  expect(await claim(incident, asWritten)).toBe('granted')
  if (outcome === undefined) return
  const evidence = touched === undefined ? {} : { touched }
  await inTransaction(pool, tx =>
    settleClaim(
      tx,
      { incident, step: 'stop-worker', attempt: 1 },
      { outcome, evidence, by: settledBy, atMs },
    ),
  )
}

type Effect = Pick<Plan, 'step' | 'action' | 'parameters'> & { target: string }

function plan(
  incident: string,
  { step, action, target, parameters }: Effect,
  hash = 'runbook-hash',
): Promise<void> {
  const planned: Plan = {
    version: 1,
    incident,
    step,
    attempt: 1,
    runbook: { name: 'default', hash },
    action,
    risk: 'disruptive',
    target: { name: target, kind: 'service', identity: {} },
    parameters,
    atMost: 1,
  }
  const preview = { summary: 'would', wouldTouch: 1, unit: 'process', examples: [] }
  const rendered: PlannedStep = { plan: planned, planHash: somePlanHash, preview, autonomy: 'auto' }
  return savePlan(pool, rendered, { previewHash: 'preview', isGated: false, atMs })
}

function claim(incident: string, { step, action, target }: Effect): ReturnType<typeof makeClaim> {
  return inTransaction(pool, tx =>
    makeClaim(tx, {
      incident,
      step,
      attempt: 1,
      action,
      target,
      planHash: somePlanHash,
      worker: 'worker',
      atMs,
      wallAtMs: Date.now(),
      deadlineMs: atMs + 60_000,
    }),
  )
}
