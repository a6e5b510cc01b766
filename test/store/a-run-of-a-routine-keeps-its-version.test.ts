import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startRoutine } from '../../intake/start-routine.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { readRebase, rebaseIncident } from '../../store/rebase-incident.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { emptyRunbook, givenIncident } from '../support/incidents.ts'

let database: FreshDatabase
const atMs = Date.parse('2026-03-14T03:00:00Z')
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
afterAll(() => database.drop())

const schedule = {
  cron: '0 3 * * *',
  zone: 'UTC',
  windowMs: 3_600_000,
  system: 'orders',
  environment: 'test',
}

/** Puts it in force, and starts the workflow of every incident. */
async function inForce(runbook: typeof emptyRunbook & { schedule?: typeof schedule }, hash: string) {
  const loaded = { runbook, hash, file: `${runbook.name}.yaml`, source: hash }
  await changeInForce(database.pool, { way: 'sync', by: 'ana', atMs }, ({ runbooks }) => ({
    inForce: [...runbooks.filter(one => one.runbook.name !== runbook.name), loaded],
    heldBack: [],
  }))
  await database.pool.query('update incident set workflow_started_at = opened_at')
}

const move = (number: string, to: string) =>
  rebaseIncident(database.pool, { number, by: 'ana', atMs, to }, () => ({ bindings: [], inputs: [] }))

test('whoever wants to move one is told to end it and to start another', async () => {
  const nightly = { ...emptyRunbook, name: 'nightly', schedule }
  await inForce(nightly, 'a'.repeat(64))
  const started = { name: 'nightly', by: 'ana', atMs, place: {}, inputs: {} }
  const { incident } = await startRoutine(database.pool, [], started)
  await inForce({ ...nightly, title: 'Mended' }, 'b'.repeat(64))
  const refused = {
    code: 'routine_not_moved',
    message: `${incident} is a run of the routine nightly, and a run keeps its version.`,
    hint: `End it, and start a run of the version in force: npx paramedic incident cancel ${incident} --reason "...", then npx paramedic runbook run nightly`,
  }
  await expect(readRebase(database.pool, incident)).rejects.toMatchObject(refused)
  await expect(move(incident, 'b'.repeat(64))).rejects.toMatchObject(refused)
})

test('an incident of an alert is not made one', async () => {
  const number = await givenIncident(database.pool, { atMs })
  const { rows } = await database.pool.query<{ name: string }>(
    'select runbook_name as name from incident where number = $1',
    [number],
  )
  await inForce({ ...emptyRunbook, name: rows[0]!.name, schedule }, 'c'.repeat(64))
  const refused = { code: 'routine_not_moved', hint: expect.stringContaining('npx paramedic runbook sync') }
  await expect(readRebase(database.pool, number)).rejects.toMatchObject(refused)
  await expect(move(number, 'c'.repeat(64))).rejects.toMatchObject(refused)
})
