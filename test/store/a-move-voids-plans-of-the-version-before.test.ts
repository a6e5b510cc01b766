import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { vote } from '../../store/gates.ts'
import { rebaseIncident } from '../../store/rebase-incident.ts'
import { claimStep, givenPlans } from '../support/claims.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenGate, givenIncident, somePlanHash } from '../support/incidents.ts'
import { newVersion } from '../support/versions.ts'

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

test('an open gate takes no vote any more, and a question for an outcome still does', async () => {
  await start()
  const gateId = await givenGate(database.pool, number, { atMs })
  await move()
  const ballot = { gateId, by: 'ben', verdict: 'approve', planHash: somePlanHash, atMs } as const
  await expect(vote(database.pool, ballot)).rejects.toMatchObject({ code: 'plan_changed' })
})

test('while a temporary step is applied the version that takes it back is kept', async () => {
  await start()
  await givenPlans(database.pool, number, ['scale'], { atMs })
  await database.pool.query(
    `update runbook_version set normalised = jsonb_set(normalised, '{mitigate}', '[{"id":"scale","temporary":true}]') where hash = 'runbook-hash'`,
  )
  expect(await claimStep(database.pool, { incident: number, step: 'scale', atMs })).toBe('granted')
  await expect(move()).rejects.toMatchObject({ code: 'temporary_in_place', fields: { steps: ['scale'] } })
  await database.pool.query(`update claim set outcome = 'abandoned' where incident = $1`, [number])
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
