/**
 * Goal: `audit verify` says that a sound log is sound and names the one entry of which a byte was changed, by the real program
 * over the real api. Method: a log with an incident in it; a superuser changes it with the triggers off and puts it back.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ChainedEntry } from '../../contracts/audit-views.ts'
import { acknowledge, addNote, setSeverity } from '../../store/acts.ts'
import { type Auditor, startAuditor } from '../support/auditor.ts'
import { intakeUnderTest } from '../support/intake.ts'

const intake = intakeUnderTest()
const atMs = Date.parse('2026-03-01T10:00:00Z')
const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-audit-'))
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
let auditor: Auditor
let number: string

beforeAll(async () => {
  auditor = await startAuditor(intake.pool, closer => void closers.push(closer as () => unknown))
  await intake.take({ group: 'shop', alert: 'down', status: 'firing', atMs })
  number = (await intake.incidents('shop'))[0]!.number
  const by = { number, by: 'ana', atMs: atMs + 60_000 }
  await addNote(intake.pool, { ...by, text: 'the deploy of 09:50 looks guilty' })
  await acknowledge(intake.pool, by)
  await setSeverity(intake.pool, { ...by, severity: 'SEV1', reason: 'checkout is down' })
  await addNote(intake.pool, { ...by, text: 'rolled back' })
})
afterAll(async () => {
  for (const close of closers.toReversed()) await close()
})

/** Numbers of entries, by what they say. */
let seqs: Record<'first' | 'note' | 'acknowledged' | 'last', number>
beforeEach(async () => {
  const { rows } = await intake.pool.query<{ seq: number; kind: string }>(
    `select seq, content::jsonb ->> 'kind' as kind from audit_entry order by seq`,
  )
  const seqOf = (kind: string): number => rows.find(row => row.kind === kind)!.seq
  seqs = { first: 1, note: seqOf('note'), acknowledged: seqOf('acknowledged'), last: rows.at(-1)!.seq }
})

test('a sound log is sound, and the line to keep is told', async () => {
  const { exitCode, stdout } = await auditor.paramedic('audit', 'verify')
  expect(stdout).toContain(
    `Checked ${seqs.last} entries to number ${seqs.last}, and the rows and histories of 1 incident.`,
  )
  expect(stdout).toContain('Nothing is wrong.')
  expect(stdout).toMatch(/npx paramedic audit verify --checkpoint \d+:[0-9a-f]{64}/)
  expect(exitCode).toBe(0)
})

test.each([
  ['one byte of its text', `content = replace(content, 'guilty', 'guilti')`, 'its text or its recorded time'],
  ['its time', `recorded_at = recorded_at - interval '1 ms'`, 'its text or its recorded time'],
  [
    'its hash',
    `hash = translate(hash, '0123456789abcdef', '1234567890bcdefa')`,
    'its hash is not the one it had',
  ],
  ['its link', `prev_hash = repeat('1', 64)`, 'its link to the entry before was changed'],
  ['its incident', `incident = null`, 'it is filed under another incident'],
])('a change of %s names that entry', async (_, change, says) => {
  await forged(`update audit_entry set ${change} where seq = ${seqs.note}`, async () => {
    const told = await auditor.paramedic('audit', 'verify')
    expect(told.exitCode).toBe(1)
    expect(told.stdout).toContain(`Entry ${seqs.note} (note`)
    expect(told.stdout.replace(/\s+/g, ' ')).toContain(says)
  })
})

test('and as JSON it names nothing else', async () => {
  await forged(`update audit_entry set content = content || ' ' where seq = ${seqs.note}`, async () => {
    const { stdout } = await auditor.paramedic('audit', 'verify', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      fits: false,
      chainFaults: [{ seq: seqs.note, through: seqs.note, kind: 'note', incident: number, fault: 'content' }],
      rowFaults: [],
    })
  })
})

test.each([
  [
    'one taken out',
    () => `delete from audit_entry where seq = ${seqs.note}`,
    () => `Entry ${seqs.note}: it is missing`,
  ],
  [
    'the last one cut off',
    () => `delete from audit_entry where seq = ${seqs.last}`,
    () => `Entry ${seqs.last}: the end of the log is missing`,
  ],
  [
    'a row changed by hand',
    () => `update incident set acknowledged_by = 'eve'`,
    () => `Row incident ${number}: acknowledgedBy is eve, and its entries say ana`,
  ],
])('%s is named', async (_, statement, says) => {
  await forged(statement(), async () => {
    const { exitCode, stdout } = await auditor.paramedic('audit', 'verify')
    expect(exitCode).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toContain(says())
  })
})

test('a log that was written anew from the first byte is found out by the line that was kept', async () => {
  const { stdout } = await auditor.paramedic('audit', 'verify')
  const kept = /--checkpoint (\S+)/.exec(stdout)![1]!
  await forged(rewriteFrom(seqs.note), async () => {
    const alone = await auditor.paramedic('audit', 'verify', '--from', String(seqs.note + 1))
    expect(alone.exitCode).toBe(0)
    const told = await auditor.paramedic('audit', 'verify', '--checkpoint', kept)
    expect(told.exitCode).toBe(1)
    expect(told.stdout).toContain('the log was rewritten')
  })
})

test('one incident: its own entries and rows', async () => {
  expect(await auditor.paramedic('audit', 'verify', '--incident', 'latest')).toMatchObject({ exitCode: 0 })
  await forged(`update audit_entry set content = replace(content, 'guilty', 'guilti')`, async () => {
    const { exitCode, stdout } = await auditor.paramedic('audit', 'verify', '--incident', number)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`Entry ${seqs.note} (note of ${number})`)
  })
})

describe('taken away as a file', () => {
  test('it is verified without a service, and a changed byte is named', async () => {
    const file = path.join(folder, 'log.jsonl')
    const written = await auditor.paramedic('audit', 'export', '--out', file)
    expect(written).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`Wrote ${seqs.last} entries`),
    })
    const verify = (...options: string[]) => auditor.paramedic('audit', 'verify', '--file', file, ...options)
    expect(await verify()).toMatchObject({ exitCode: 0 })
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('guilty', 'guilti'))
    expect(await verify()).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining(`Entry ${seqs.note} (note`),
    })
    const checkpoint = /--checkpoint (\S+)/.exec(written.stdout)![1]!
    writeFileSync(file, text.split('\n').slice(0, -2).join('\n'))
    expect(await verify()).toMatchObject({ exitCode: 0 })
    expect(await verify('--checkpoint', checkpoint)).toMatchObject({ exitCode: 1 })
    expect(await auditor.paramedic('audit', 'export', '--out', file)).toMatchObject({ exitCode: 2 })
  })

  test('standard output has one entry a line', async () => {
    const { stdout } = await auditor.paramedic('audit', 'export')
    const entries = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as ChainedEntry)
    expect(entries.map(entry => entry.seq)).toEqual(
      Array.from({ length: seqs.last }, (_, index) => index + 1),
    )
  })
})

test.each([
  ['--from', '0'],
  ['--checkpoint', '7'],
  ['--incident', '001', '--from', '2'],
])('%s %s is wrong usage', async (...words) => {
  expect(await auditor.paramedic('audit', 'verify', ...words)).toMatchObject({ exitCode: 2 })
})

/** Writes an entry's text anew, and every hash after it, as somebody with the whole database can. */
function rewriteFrom(seq: number): string {
  return `do $$ declare e record; previous text; begin
    update audit_entry set content = replace(content, 'guilty', 'innocent') where seq = ${seq};
    select prev_hash into previous from audit_entry where seq = ${seq};
    for e in select * from audit_entry where seq >= ${seq} order by seq loop
      update audit_entry set prev_hash = previous, hash = encode(sha256(convert_to(concat_ws(E'\\n', 'paramedic/audit/v1', e.seq,
        to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), previous, e.content), 'UTF8')), 'hex')
        where audit_entry.seq = e.seq returning hash into previous;
    end loop;
    update audit_head set hash = previous;
  end $$`
}

async function forged(statement: string, look: () => Promise<void>): Promise<void> {
  const { pool } = intake
  const tables = ['audit_entry', 'audit_head', 'incident']
  await pool.query('alter table audit_entry disable trigger all')
  for (const table of tables) await pool.query(`create table kept_${table} as table ${table}`)
  try {
    await pool.query(statement)
    await look()
  } finally {
    await pool.query('delete from audit_entry; delete from audit_head')
    await pool.query(
      'insert into audit_entry select * from kept_audit_entry; insert into audit_head select * from kept_audit_head',
    )
    await pool.query(
      'update incident i set acknowledged_by = k.acknowledged_by from kept_incident k where k.number = i.number',
    )
    for (const table of tables) await pool.query(`drop table kept_${table}`)
    await pool.query('alter table audit_entry enable always trigger audit_entry_append_only')
    await pool.query('alter table audit_entry enable always trigger audit_entry_no_truncate')
  }
}
