/**
 * Goal: `incident replay` agrees with an incident as it was, and names whatever was changed afterwards: a file, an entry, a
 * decision without its entry, an entry without its decision. Method: one incident is played on the real clock and archived;
 * each forgery is taken back before the next.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createApiClient } from '../../cli/api-client.ts'
import { fetchEvidence } from '../../cli/replay/evidence.ts'
import { judge, type Judged } from '../../cli/replay/judge.ts'
import { behaviours } from '../replay/behaviours.ts'
import { type Auditor, startAuditor } from '../support/auditor.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'

let harness: Harness
let auditor: Auditor
let number: string
const closers: (() => Promise<void> | void)[] = []

beforeAll(async () => {
  harness = await startHarness({ skipsTime: false, isScripted: false })
  auditor = await startAuditor(harness.pool, closer => void closers.push(closer as () => Promise<void>))
  const behaviour = behaviours['runs-an-approved-plan']!
  const opened = await harness.open(behaviour)
  number = opened.number
  await behaviour.happens(harness, opened)
  const played = await harness.ended(opened)
  await eventually(async () => (await harness.tell(played)).entries('history.archived').length === 1)
})
afterAll(async () => {
  for (const close of closers) await close()
  await harness.stop()
})

test('an incident as it was: everything agrees, and the timeline is told', async () => {
  const told = await auditor.paramedic('incident', 'replay', number)
  expect(told).toMatchObject({ exitCode: 0, stderr: expect.any(String) })
  expect(told.stdout).toContain('each file is the one whose SHA-256 the log has')
  expect(told.stdout).toContain('It takes the same steps and tells each of them the same.')
  expect(told.stdout).toMatch(/\d+ decisions: each has its entry, and each entry its decision/)
  expect(told.stdout).toContain(`${number} agrees`)
  expect(told.stdout).toContain('ana approved first')
  const { stdout } = await auditor.paramedic('incident', 'replay', number, '--json')
  const whole = JSON.parse(stdout) as Judged
  expect(whole).toMatchObject({
    agrees: true,
    divergences: [],
    entryFaults: [],
    compared: { disagreements: [] },
  })
  expect(whole.compared!.agreed).toBeGreaterThan(20)
})

describe('changed afterwards:', () => {
  test('a history in the archive', async () => {
    const alter = (json: string): string => json.replace(number, number.replace('INC', 'ONC'))
    const { rows } = await harness.pool.query<{ file: Buffer }>(
      'select history_gzip as file from history_archive where incident = $1',
      [number],
    )
    const file = gzipSync(alter(gunzipSync(rows[0]!.file).toString()))
    const found = await withForgery('update history_archive set history_gzip = $2 where incident = $1', [
      number,
      file,
    ])
    expect(found).toMatchObject({ agrees: false, compared: null })
    expect(found.runs[0]!.problem).toContain('its file has SHA-256')
  })

  test.each([
    [
      'what an effect came to',
      'effect.ended',
      '"outcome":"succeeded"',
      '"outcome":"unknown"',
      'outcome: history "succeeded", log "unknown"',
    ],
    ['who approved', 'gate.decided', '"actor":"person:ana"', '"actor":"person:eve"', 'act: history'],
    [
      'how bad it was',
      'triage.assessed',
      '"severity":"SEV1"',
      '"severity":"SEV4"',
      'severity: history "SEV1", log "SEV4"',
    ],
    [
      'whether it recovered',
      'verification.ended',
      '"verdict":"recovered"',
      '"verdict":"no_data"',
      'verdict: history "recovered", log "no_data"',
    ],
  ])('%s', async (_, kind, before, after, says) => {
    const found = await withForgery(
      `update audit_entry set content = replace(content, $3, $4) where seq =
         (select min(seq) from audit_entry where incident = $1 and content::jsonb ->> 'kind' = $2)`,
      [number, kind, before, after],
    )
    expect(found.agrees).toBe(false)
    expect(found.entryFaults).toMatchObject([{ fault: 'content', kind }])
    expect(found.compared!.disagreements).toEqual([
      expect.objectContaining({ side: 'different', kind, says: expect.stringContaining(says) }),
    ])
  })

  test.each([
    'claim.made',
    'page.sent',
    'gate.opened',
    'step.ended',
    'check.measured',
    'alert.resolved',
    'incident.closed',
  ])('an entry %s taken out', async kind => {
    const found = await withForgery(
      `delete from audit_entry where seq =
           (select min(seq) from audit_entry where incident = $1 and content::jsonb ->> 'kind' = $2)`,
      [number, kind],
    )
    expect(found.compared!.disagreements).toMatchObject([
      { side: 'history', kind, eventId: expect.any(Number) },
    ])
  })

  test('a decision that nobody made', async () => {
    const content = `{"actor":"paramedic","at":"2026-01-01T00:00:00.000Z","data":{"attempt":7,"because":"none","result":"succeeded","step":"first"},"incident":"${number}","kind":"step.ended","version":1}`
    const found = await withForgery('select audit_append($1, $2)', [number, content])
    expect(found.entryFaults).toEqual([])
    expect(found.compared!.disagreements).toMatchObject([{ side: 'log', kind: 'step.ended' }])
  })
})

test('what was known at a moment: less before, and at the end what its row says', async () => {
  const before = await auditor.paramedic('incident', 'at', number, '+0s')
  expect(before.stdout).toContain('phase     detection')
  expect(before.stdout).toContain('next page')
  const { rows } = await harness.pool.query('select * from incident where number = $1', [number])
  const closing = rows[0].closed_at.toISOString()
  const after = await auditor.paramedic('incident', 'at', number, closing, '--json')
  const { phase, severity, impact, nextPage, gates, closed } = JSON.parse(after.stdout)
  expect({ phase, severity, impact, outcome: closed.outcome }).toEqual({
    phase: rows[0].phase,
    severity: rows[0].severity,
    impact: rows[0].impact,
    outcome: rows[0].outcome,
  })
  expect(nextPage).toBeNull()
  expect(gates[`${number}/first/1`]).toMatchObject({ state: 'approved', decided: { by: 'ana' } })
  expect(await auditor.paramedic('incident', 'at', number, 'soon')).toMatchObject({ exitCode: 2 })
})

test('an incident that is still open has no history yet, and that is said with a code', async () => {
  const opened = await harness.open(behaviours['waits-for-a-person-when-the-ladder-is-exhausted']!)
  const { exitCode, stderr } = await auditor.paramedic('incident', 'replay', opened.number)
  expect(exitCode).toBe(1)
  expect(stderr).toContain('code: history_not_archived')
  await behaviours['waits-for-a-person-when-the-ladder-is-exhausted']!.happens(harness, opened)
  await harness.ended(opened)
})

/** What the command says about it, without running the history again: it is the same one. */
async function judged(): Promise<Judged> {
  const apiUrl = auditor.env['PARAMEDIC_API_URL']!
  const connection = { apiUrl, from: 'a test', tokenFrom: 'a test', tokenTodo: 'none' }
  const api = createApiClient({ ...connection, token: auditor.env['PARAMEDIC_TOKEN'] })
  return judge(await fetchEvidence(api, number), [])
}

/** Changes the record as a superuser can, replays, and puts back what was there. */
async function withForgery(statement: string, values: unknown[]): Promise<Judged> {
  const { pool } = harness
  for (const table of ['audit_entry', 'history_archive']) {
    await pool.query(`create table kept_${table} as table ${table}`)
    await pool.query(`alter table ${table} disable trigger all`)
  }
  await pool.query('create table kept_audit_head as table audit_head')
  try {
    await pool.query(statement, values)
    return await judged()
  } finally {
    for (const table of ['audit_entry', 'history_archive', 'audit_head']) {
      await pool.query(`delete from ${table}`)
      await pool.query(`insert into ${table} select * from kept_${table}`)
      await pool.query(`drop table kept_${table}`)
    }
    for (const table of ['audit_entry', 'history_archive'])
      await pool.query(`alter table ${table} enable always trigger ${table}_append_only`)
  }
}
