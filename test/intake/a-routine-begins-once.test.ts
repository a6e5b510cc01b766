/**
 * Goal: at each of its times a routine begins once, or it is on record why not, whatever dies and whoever else looks at it. Method: two
 * workers' starters on one database, with a clock of the test's own; Temporal's door is a list.
 */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { IncidentInput } from '../../contracts/messages.ts'
import type { TimelineEvents } from '../../contracts/timeline.ts'
import { createRoutineStarter } from '../../intake/begin-routines.ts'
import type { IncidentWorkflows } from '../../intake/deliver-messages.ts'
import { createRelay } from '../../intake/relay.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, openDatabase, type Pool } from '../../store/database.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'

let database: FreshDatabase
let other: Pool
beforeAll(async () => {
  database = await freshDatabase(inject('postgresUrl'))
  other = openDatabase(database.url, { name: 'the other worker' })
})
afterAll(async () => {
  await other.end()
  await database.drop()
})

const log = { error: (fields: object) => expect(fields).toBe('nothing') }
const starterOn = (pool: Pool) =>
  createRoutineStarter(pool, { runbooks: createInForceReader(), targets: [], log })

const time = (text: string): number => Date.parse(`2026-03-02T${text}:00Z`)
const minute = 60_000

let nth = 0
let name = ''
beforeEach(() => {
  nth += 1
  name = `nightly-${nth}`
})

/** Every hour at minute 0, until ten minutes later. */
async function inForce(
  atMs: number,
  { cron = '0 * * * *', title = name, window = '10m', inputs = '', remark = '' } = {},
): Promise<void> {
  const text = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: ${title}, owner: test }
schedule: { cron: '${cron}', zone: UTC, window: ${window}, system: shop, environment: production }
${inputs}triage: { severity: [ ${inputs === '' ? '' : '{ is: SEV3, when: inputs.is_careful }, '}{ is: SEV4 } ] }
escalate: [ { after: 0m, page: [on-call] } ]
${remark}`
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const { runbook, hash } = parsed
  await changeInForce(database.pool, { way: 'sync', by: 'ana', atMs }, () => ({
    inForce: [{ runbook, hash, file: 'x.yaml', source: text }],
    heldBack: [],
  }))
}

async function runs(): Promise<string[]> {
  const { rows } = await database.pool.query<{ due: Date; state: string; because: string | null }>(
    'select due_at as due, state, because from routine_run where runbook = $1 order by due_at',
    [name],
  )
  return rows.map(({ due, state, because }) =>
    [due.toISOString().slice(11, 16), state, ...(because === null ? [] : [because])].join(' '),
  )
}

async function incidents(): Promise<
  { number: string; routine_due_at: Date; routine_closes_at: Date; inputs: unknown }[]
> {
  const { rows } = await database.pool.query<{
    number: string
    routine_due_at: Date
    routine_closes_at: Date
    inputs: unknown
  }>(
    'select number, routine_due_at, routine_closes_at, inputs from incident where runbook_name = $1 order by number',
    [name],
  )
  return rows
}

async function close(number: string): Promise<void> {
  const closing = { number, seenTransition: 0, outcome: 'recovered', atMs: Date.now() } as const
  await inTransaction(database.pool, tx => closeIncident(tx, closing))
}

test('two workers that look at the same time begin it once, and not before its time', async () => {
  await inForce(time('01:30'))
  const both = [database.pool, other].map(starterOn)
  const look = (atMs: number): Promise<number[]> => Promise.all(both.map(one => one.pass(atMs)))
  await look(time('01:59'))
  expect(await runs()).toEqual([])
  for (let again = 0; again < 5; again += 1) await look(time('02:00') + again)
  expect(await runs()).toEqual(['02:00 opened'])
  expect(await incidents()).toMatchObject([
    { routine_due_at: new Date(time('02:00')), routine_closes_at: new Date(time('02:10')) },
  ])
})

test('a worker that dies between the row and the start of the workflow: another one starts it, once', async () => {
  await inForce(time('01:30'))
  await starterOn(database.pool).pass(time('02:00'))
  const started: IncidentInput[] = []
  let isDying = true
  const door: IncidentWorkflows = {
    async startWithMessage(input) {
      started.push(input)
      // Temporal has it, and nobody is left to write that down.
      if (isDying) throw new Error('the worker is gone')
      return 'delivered'
    },
    signal: async () => 'delivered',
  }
  const intake = { runbooks: createInForceReader(), targets: [], log }
  await createRelay(database.pool, intake, door).pass(time('02:00'))
  isDying = false
  await createRelay(other, intake, door).pass(time('02:01'))
  await createRelay(other, intake, door).pass(time('02:02'))
  const number = (await incidents())[0]!.number
  const ours = started.filter(input => input.number === number)
  // Told twice, under the same number and message: Temporal starts it once.
  expect(ours).toHaveLength(2)
  expect(ours[0]!.opening.rowId).toBe(ours[1]!.opening.rowId)
  expect(ours[1]).toMatchObject({
    routine: { dueAtMs: time('02:00'), closesAtMs: time('02:10') },
    opening: { kind: 'due' },
  })
})

test('what came while no worker was there is begun within its window, and missed after it', async () => {
  await inForce(time('01:30'))
  const starter = starterOn(database.pool)
  await starter.pass(time('04:09'))
  const because = 'no worker was there to begin it before its window closed'
  expect(await runs()).toEqual([`02:00 missed ${because}`, `03:00 missed ${because}`, '04:00 opened'])
  await close((await incidents())[0]!.number)
  await starter.pass(time('05:10'))
  expect((await runs()).at(-1)).toBe(`05:00 missed ${because}`)
  expect(await missed()).toEqual(['02:00', '03:00', '05:00'])
})

test('of many that were missed the newest are told, and the others by their number', async () => {
  await inForce(time('00:30') - 4 * 24 * 60 * minute)
  await starterOn(database.pool).pass(time('00:30'))
  expect(await runs()).toHaveLength(20)
  const entries = await missedEntries()
  expect(entries).toHaveLength(20)
  expect(entries[0]).toMatchObject({ before: 4 * 24 - 20 })
  expect(await starterOn(other).pass(time('00:31'))).toBe(0)
})

test('while the run before is open the next one is missed, with the reason', async () => {
  await inForce(time('01:30'))
  const starter = starterOn(database.pool)
  await starter.pass(time('02:00'))
  const [first] = await incidents()
  await starter.pass(time('03:00'))
  expect(await runs()).toEqual([
    '02:00 opened',
    `03:00 missed ${first!.number}, its run before, is still open`,
  ])
  await close(first!.number)
  await starter.pass(time('04:00'))
  expect(await runs()).toHaveLength(3)
  expect(await incidents()).toHaveLength(2)
})

test('another version goes on where the one before was; another schedule counts from its own beginning', async () => {
  await inForce(time('01:30'))
  const starter = starterOn(database.pool)
  await starter.pass(time('02:00'))
  await close((await incidents())[0]!.number)
  // Put in force by the start that ended the outage.
  await inForce(time('04:05'), { title: 'another' })
  await starter.pass(time('04:05'))
  expect((await runs()).map(run => run.slice(0, 12).trim())).toEqual([
    '02:00 opened',
    '03:00 missed',
    '04:00 opened',
  ])
  await inForce(time('04:30'), { cron: '15 * * * *' })
  await starter.pass(time('04:31'))
  expect(await runs()).toHaveLength(3)
})

test('a schedule that has changed counts from then, however its runbook is written and changed after that', async () => {
  await inForce(time('01:30'), { cron: '0 4 * * *', window: '12h' })
  await inForce(time('09:00'), { cron: '0 2 * * *', window: '12h' })
  const starter = starterOn(database.pool)
  await starter.pass(time('09:01'))
  await inForce(time('09:05'), { cron: '0 2 * * *', window: '12h', remark: '# why it is so' })
  await starterOn(database.pool).pass(time('09:06'))
  await inForce(time('09:10'), { cron: '0 2 * * *', window: '12h', title: 'another' })
  await starterOn(database.pool).pass(time('09:11'))
  expect(await runs()).toEqual([])
})

test('while nothing is due a look asks PostgreSQL for the runbooks in force and for nothing else', async () => {
  await inForce(time('01:30'))
  const starter = starterOn(other)
  await starter.pass(time('01:58'))
  let asked = 0
  const count = (): void => void (asked += 1)
  other.on('acquire', count)
  await starter.pass(time('01:59'))
  other.off('acquire', count)
  expect(asked).toBe(1)
  await starter.pass(time('02:00'))
  expect(await runs()).toEqual(['02:00 opened'])
})

test('its inputs are the defaults of its runbook, on its row and in its entry', async () => {
  await inForce(time('01:30'), {
    inputs: 'inputs: { is_careful: { type: bool, default: true, describe: Whether it is careful } }\n',
  })
  await starterOn(database.pool).pass(time('02:00'))
  const inputs = [{ name: 'is_careful', type: 'bool', value: true, source: 'default' }]
  expect(await incidents()).toMatchObject([{ inputs }])
  const { rows } = await database.pool.query<{ content: string }>(
    `select content from audit_entry where content like '%"kind":"incident.opened"%' order by seq desc limit 1`,
  )
  expect(JSON.parse(rows[0]!.content)).toMatchObject({ data: { runbook: name, inputs } })
})

async function missedEntries(): Promise<TimelineEvents['routine.missed'][]> {
  const { rows } = await database.pool.query<{ content: string }>(
    `select content from audit_entry where content like '%"kind":"routine.missed"%' order by seq`,
  )
  const all = rows.map(
    ({ content }) => (JSON.parse(content) as { data: TimelineEvents['routine.missed'] }).data,
  )
  return all.filter(({ runbook }) => runbook === name)
}

async function missed(): Promise<string[]> {
  return (await missedEntries()).map(({ dueAt }) => dueAt.slice(11, 16))
}
