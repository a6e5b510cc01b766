/** Goal: who hides that a routine was missed, or changes who began a run and when, is found out. */
import { beforeAll, expect, test } from 'vitest'
import { createRoutineStarter } from '../../intake/begin-routines.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { verifyStored } from '../support/stored-record.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const hour = 3_600_000
const now = Date.parse('2026-03-02T04:05:00Z')

/** Missed at two and at three, begun at four. */
beforeAll(async () => {
  const text = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: hourly, title: Every hour, owner: platform }
schedule: { cron: '0 * * * *', zone: UTC, window: 10m, system: shop, environment: production }
triage: { severity: [ { is: SEV4 } ] }
escalate: [ { after: 0m, page: [on-call] } ]
`
  const parsed = parseRunbook(text, 'hourly.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const { runbook, hash } = parsed
  await changeInForce(sides.pool, { way: 'sync', by: 'ana', atMs: now - 2.5 * hour }, () => ({
    inForce: [{ runbook, hash, file: 'hourly.yaml', source: text }],
    heldBack: [],
  }))
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  await createRoutineStarter(sides.pool, { runbooks: createInForceReader(), targets: [], log }).pass(now)
})

test('what became of its times follows from the entries', async () => {
  const { rowFaults, chainFaults } = await verifyStored(sides.pool)
  expect([...rowFaults, ...chainFaults]).toEqual([])
})

const twoOClock = `due_at = '2026-03-02T02:00:00Z'`
test.each([
  [
    `delete from routine_run where ${twoOClock}`,
    'routine_run hourly 2026-03-02T02:00:00.000Z',
    'its row is not',
  ],
  [
    `update routine_run set because = 'it was not needed' where ${twoOClock}`,
    'routine_run hourly 2026-03-02T02:00:00.000Z',
    'because is it was not needed',
  ],
  [
    `insert into routine_run (runbook, due_at, runbook_hash, state, incident, because, started_by, decided_at)
     select runbook, due_at - interval '1 hour', runbook_hash, state, incident, because, started_by, decided_at
     from routine_run where ${twoOClock}`,
    'routine_run hourly 2026-03-02T01:00:00.000Z',
    'no entry says that it exists',
  ],
  [
    `update routine_run set started_by = 'mallory' where state = 'opened'`,
    'routine_run of INC-2026-03-02-001',
    'startedBy is mallory',
  ],
  [
    `drop index routine_run_of_incident;
     insert into routine_run (runbook, due_at, runbook_hash, state, incident, decided_at)
     select runbook, due_at - interval '7 days', runbook_hash, state, incident, decided_at from routine_run where state = 'opened'`,
    'routine_run of INC-2026-03-02-001',
    'another one, of hourly 2026-02-23',
  ],
  [`delete from routine_run where state = 'opened'`, 'routine_run of INC-2026-03-02-001', 'its row is not'],
  [
    `update incident set routine_closes_at = routine_closes_at + interval '1 day'`,
    'incident INC-2026-03-02-001',
    'routineClosesAt is 2026-03-03T04:10:00.000Z',
  ],
  [
    `update incident set needs_people_at = opened_at`,
    'incident INC-2026-03-02-001',
    'needsPeopleAt is 2026-03-02T04:05:00.000Z',
  ],
])('%s', async (statement, row, says) => {
  const client = await sides.pool.connect()
  const kept = async (table: string): Promise<string> =>
    JSON.stringify((await client.query(`select * from ${table}`)).rows)
  const [runs, incidents] = [await kept('routine_run'), await kept('incident')]
  await client.query('alter table routine_run disable trigger user')
  await client.query(statement)
  const { rowFaults } = await verifyStored(sides.pool)
  await client.query('delete from routine_run')
  await client.query(
    'insert into routine_run select * from jsonb_populate_recordset(null::routine_run, $1)',
    [runs],
  )
  await client.query(
    `update incident i set routine_closes_at = j.routine_closes_at, needs_people_at = j.needs_people_at
     from jsonb_populate_recordset(null::incident, $1) j where j.number = i.number`,
    [incidents],
  )
  client.release()
  expect(rowFaults.length).toBeGreaterThan(0)
  expect(rowFaults[0]!.row).toBe(row)
  expect(rowFaults[0]!.says).toContain(says)
  expect((await verifyStored(sides.pool)).rowFaults).toEqual([])
})
