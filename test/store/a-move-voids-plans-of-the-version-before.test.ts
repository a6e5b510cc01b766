import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { NewEntry } from '../../contracts/timeline.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { answerGate, listGates, vote } from '../../store/gates.ts'
import { readRebase, rebaseIncident } from '../../store/rebase-incident.ts'
import { claimStep, givenPlans } from '../support/claims.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { eventually } from '../support/incident-harness.ts'
import { givenGate, givenIncident, somePlanHash } from '../support/incidents.ts'
import { newVersion } from '../support/versions.ts'
import { someoneWaitsForALock } from '../support/waits-for-a-lock.ts'

let database: FreshDatabase
let number: string
let to: string
const atMs = Date.parse('2026-03-14T03:00:00Z')
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
afterAll(() => database.drop())
beforeEach(async () => {
  number = await givenIncident(database.pool, { atMs })
  const scene = 'triage: { severity: [ { is: SEV4 } ] }\nescalate: [ { after: 0m, page: [on-call] } ]\n'
  to = (await newVersion(database.pool, number, scene)).hash
})

const start = () =>
  database.pool.query('update incident set workflow_started_at = now() where number = $1', [number])
const move = () =>
  rebaseIncident(database.pool, { number, by: 'ana', atMs, to }, () => ({ bindings: [], inputs: [] }))

test('an approved plan is not carried out any more', async () => {
  await start()
  await givenPlans(database.pool, number, ['restart'], { atMs, approvedUntilMs: atMs + 60_000 })
  await move()
  expect(await claimStep(database.pool, { incident: number, step: 'restart', atMs })).toBe('rebased')
})

const voteOn = (gateId: string) =>
  vote(database.pool, { gateId, by: 'ben', verdict: 'approve', planHash: somePlanHash, atMs })
const answer = (gateId: string, kind: 'outcome' | 'manual') =>
  answerGate(database.pool, { gateId, kind, by: 'mia', answer: 'done', atMs })

test('an open gate takes no vote any more and a manual step no tick, and a question for an outcome is answered still', async () => {
  await start()
  const of = { atMs, runbookHash: 'runbook-hash' }
  const asked = await givenGate(database.pool, number, of)
  const left = await givenGate(database.pool, number, { ...of, step: 'drain', kind: 'manual' })
  const unknown = await givenGate(database.pool, number, { ...of, step: 'clear', kind: 'outcome' })
  await move()
  await expect(voteOn(asked)).rejects.toMatchObject({ code: 'plan_changed' })
  await expect(answer(left, 'manual')).rejects.toMatchObject({ code: 'plan_changed' })
  await answer(unknown, 'outcome')
  const [told] = await listGates(database.pool, { id: unknown })
  expect(told).toMatchObject({ state: 'approved', answer: 'done', decidedBy: 'mia' })
})

test('what the new version asks is ticked', async () => {
  await start()
  await move()
  const gateId = await givenGate(database.pool, number, { atMs, runbookHash: to, kind: 'manual' })
  await answer(gateId, 'manual')
})

test('a vote that comes while the incident is moved waits for the move, and does not count after it', async () => {
  await start()
  const gateId = await givenGate(database.pool, number, { atMs })
  const moving = await database.pool.connect()
  try {
    await moving.query('begin')
    await moving.query('update incident set runbook_hash = $2 where number = $1', [number, to])
    const told = voteOn(gateId).then(
      () => 'counted',
      ({ code }: { code: string }) => code,
    )
    await Promise.race([told, eventually(() => someoneWaitsForALock(database.pool))])
    await moving.query('commit')
    expect(await told).toBe('plan_changed')
  } finally {
    moving.release()
  }
})

test('while a temporary step is applied the version that takes it back is kept', async () => {
  await start()
  await givenPlans(database.pool, number, ['scale'], { atMs })
  await database.pool.query(
    `update runbook_version set normalised = jsonb_set(normalised, '{mitigate}', '[{"id":"scale","temporary":true}]') where hash = 'runbook-hash'`,
  )
  expect(await claimStep(database.pool, { incident: number, step: 'scale', atMs })).toBe('granted')
  const refused = { code: 'temporary_in_place', fields: { steps: ['scale'] } }
  await expect(move()).rejects.toMatchObject(refused)
  // Before anybody is asked whether to move it.
  await expect(readRebase(database.pool, number)).rejects.toMatchObject(refused)
  await database.pool.query(`update claim set outcome = 'abandoned' where incident = $1`, [number])
  expect(await move()).toMatchObject({ isChange: true })
})

const temporary = { step: 'scale', action: 'service.start', target: 'shop-api' }
const by = { actor: 'paramedic', atMs } as const
const write = (entry: NewEntry) =>
  inTransaction(database.pool, tx => appendEntries(tx, [{ ...entry, incident: number }]))

test.each(['undone', 'in-place'] as const)('a temporary step that is %s holds no version', async is => {
  await start()
  await givenPlans(database.pool, number, ['scale'], { atMs })
  await write({
    ...by,
    kind: 'undo.registered',
    data: { ...temporary, attempt: 1, parameters: {}, temporary: true },
  })
  expect(await claimStep(database.pool, { incident: number, step: 'scale', atMs })).toBe('granted')
  await database.pool.query(`update claim set outcome = 'succeeded' where incident = $1`, [number])
  await expect(move()).rejects.toMatchObject({ code: 'temporary_in_place', fields: { steps: ['scale'] } })
  // No undo was claimed: it had nothing to do, or a person has answered.
  await write({ ...by, kind: 'undo.ended', data: { ...temporary, is, because: 'a person said so' } })
  expect(await move()).toMatchObject({ isChange: true })
})

test('a recovery that the version before has proved closes nothing', async () => {
  await start()
  await move()
  const close = (runbookHash: string) =>
    inTransaction(database.pool, tx =>
      closeIncident(tx, { number, runbookHash, seenTransition: 0, outcome: 'recovered', atMs }),
    )
  expect(await close('runbook-hash')).toEqual({ result: 'rebased', isChange: false })
  expect(await close(to)).toEqual({ result: 'closed', isChange: true })
  await expect(move()).rejects.toMatchObject({ code: 'incident_not_open' })
})

test('an incident whose workflow has not begun keeps what it will begin with', async () => {
  await expect(move()).rejects.toMatchObject({ code: 'incident_not_started' })
})
