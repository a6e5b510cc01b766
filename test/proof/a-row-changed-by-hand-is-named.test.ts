/**
 * Goal: whoever changes, removes or invents a row by hand is found out, and the row is named. Method: one played incident with
 * something of everything, and one statement a row of the table; each is taken back before the next.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldFacts } from '../../postmortem/facts.ts'
import { actOfMessage } from '../../proof/acts.ts'
import { knownFrom } from '../../proof/learn.ts'
import { findRowFaults } from '../../proof/row-faults.ts'
import { acknowledge, setSeverity } from '../../store/acts.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import type { RowFault } from '../../proof/row-fault.ts'
import { readWholeTimeline } from '../../store/audit-log.ts'
import {
  editPostmortem,
  publishPostmortem,
  reopenPostmortem,
  reviewPostmortem,
} from '../../store/postmortems.ts'
import { readAuditRows } from '../../store/audit-rows.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { setFreeze } from '../../store/freezes.ts'
import { at, eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { fullSections } from '../support/postmortems.ts'
import { alert, approves, gate, ladder, mendedBy } from '../support/scenes.ts'
import { verifyStored } from '../support/stored-record.ts'

let harness: Harness
let number: string
beforeAll(async () => {
  harness = await startHarness()
  const played = await harness.play({
    runbook: ladder({ gates: { 0: gate() } }),
    target: mendedBy(1),
    people: [
      at(1, async ({ pool, atMs }) => void (await setFreeze(pool, { on: true, by: 'cleo', atMs }))),
      at(2, async ({ pool, atMs }) => void (await setFreeze(pool, { on: false, by: 'cleo', atMs }))),
      at(3, async ({ pool, number, atMs }) => void (await acknowledge(pool, { number, by: 'ana', atMs }))),
      at(4, async ({ pool, number, atMs }) =>
        setSeverity(pool, { number, by: 'ana', atMs, severity: 'SEV2' }),
      ),
      approves(5),
      alert(9, 'resolved'),
    ],
  })
  number = played.number
  await eventually(async () => (await harness.tell(played)).entries('postmortem.drafted').length === 1)
  await writePostmortem(harness.pool, number)
})

/** Written, reviewed, published and opened again: every kind of entry a post-mortem has. */
async function writePostmortem(pool: Pool, number: string): Promise<void> {
  const act = { number, by: 'ana', atMs: Date.now() }
  await editPostmortem(pool, { ...act, basedOn: 1, sections: fullSections })
  await reviewPostmortem(pool, { ...act, by: 'ben', version: 2 })
  await publishPostmortem(pool, { ...act, version: 2 }, foldFacts)
  await reopenPostmortem(pool, { ...act, reason: 'a second cause' })
}
afterAll(() => harness.stop())

const step = 'first/1'
test.each([
  [`update incident set severity = 'SEV4' where number = $1`, () => `incident ${number}`, 'severity is SEV4'],
  [
    `update incident set outcome = 'cancelled' where number = $1`,
    () => `incident ${number}`,
    'outcome is cancelled',
  ],
  [`update incident set phase = 'post-mortem' where number = $1`, () => `incident ${number}`, 'phase is'],
  [
    `update incident set acknowledged_by = 'ben' where number = $1`,
    () => `incident ${number}`,
    'acknowledgedBy is ben',
  ],
  [
    `update incident set closed_at = closed_at + interval '1 ms' where number = $1`,
    () => `incident ${number}`,
    'closedAt',
  ],
  [
    `update gate set decided_by = 'mallory' where incident = $1`,
    () => `gate ${number}/${step}`,
    'decidedBy is mallory',
  ],
  [`update gate set quorum = 2 where incident = $1`, () => `gate ${number}/${step}`, 'quorum is 2'],
  [
    `update gate set consumed_at = null where incident = $1`,
    () => `gate ${number}/${step}`,
    'consumedAt is nothing',
  ],
  [`delete from vote where gate_id like $1 || '%'`, () => `gate ${number}/${step}`, 'votes is []'],
  [
    `update vote set principal = 'mallory' where gate_id like $1 || '%'`,
    () => `gate ${number}/${step}`,
    'votes',
  ],
  [`update claim set outcome = 'failed' where incident = $1`, () => `claim ${step}`, 'outcome is failed'],
  [`update claim set evidence = '{}' where incident = $1`, () => `claim ${step}`, 'evidence is {}'],
  [`delete from claim where incident = $1`, () => `claim ${step}`, 'its row is not'],
  [
    `insert into claim select incident, step, 7, action, target, plan_hash, worker, claimed_at, claimed_wall_at, deadline from claim where incident = $1`,
    () => 'claim first/7',
    'no entry says that it exists',
  ],
  [
    `update page set state = 'failed' where incident = $1 and level = 0`,
    () => `page ${number}/page/0/0`,
    'state is failed',
  ],
  [
    `update page set lateness_ms = 0, sent_at = due_at where incident = $1`,
    () => `page ${number}/page/0/0`,
    '',
  ],
  [`delete from page where incident = $1 and level = 0`, () => `page ${number}/page/0/0`, 'its row is not'],
  [
    `update plan set plan = jsonb_set(plan, '{atMost}', '9999') where incident = $1`,
    () => `plan ${step}`,
    'hashOfPlan',
  ],
  [
    `update plan set preview = jsonb_set(preview, '{wouldTouch}', '0') where incident = $1`,
    () => `plan ${step}`,
    'hashOfPreview',
  ],
  [
    `delete from message where incident = $1 and kind = 'gate-decided'`,
    () => `message of ${number}`,
    'left no message',
  ],
  [
    `insert into message (incident, kind, body, at) values ($1, 'resolved', '{"by": "mallory"}', '2026-01-01Z')`,
    () => 'message ',
    'no entry says so (resolved',
  ],
  [
    `update message set body = '{"by": "mallory", "on": true}' where kind = 'freeze-changed' and incident = $1`,
    () => 'message ',
    'the freeze',
  ],
  [
    `update freeze_state set changed_by = 'mallory' where $1 <> ''`,
    () => 'freeze_state',
    'changedBy is mallory',
  ],
  [`update incident_alert set name = 'Other' where incident = $1`, () => 'alert ', 'name is Other'],
  [
    `delete from measurement where incident = $1 and purpose = 'triage'`,
    () => 'measurement triage pool',
    'no row has the values',
  ],
  [
    `update measurement set checks = '{}' where incident = $1 and purpose = 'triage'`,
    () => 'measurement triage',
    'no entry has these values',
  ],
  [
    `delete from measurement where incident = $1 and purpose like 'verify/first%'`,
    () => 'measurement verify/first/1',
    '0 samples are kept',
  ],
  [`update history_archive set events = events + 1 where incident = $1`, () => 'history ', 'events is'],
  [
    `update history_archive set history_gzip = overlay(history_gzip placing '\\x00' from length(history_gzip) - 20) where incident = $1`,
    () => 'history ',
    'its file',
  ],
  [
    `update page set acknowledged_by = 'mallory' where incident = $1 and acknowledged_at is not null`,
    () => `page ${number}/page/0/0`,
    'acknowledgedBy is mallory, and its entries say ana',
  ],
  [
    `update page set acknowledged_at = null, acknowledged_by = null where incident = $1`,
    () => `page ${number}/page/0/0`,
    'acknowledgedAt is nothing',
  ],
  [
    `update notice set accepted_at = accepted_at - interval '1 hour' where incident = $1`,
    () => `notice ${number}/page/0/0`,
    'acceptedAt',
  ],
  [
    `update notice set state = 'failed', accepted_at = null where incident = $1`,
    () => `notice ${number}/page/0/0`,
    'state is failed',
  ],
  [
    `insert into notice (key, recipient, channel, channel_kind, kind, incident, content, state, attempts, begun_at, accepted_at)
     select key, 'mallory', channel, channel_kind, kind, incident, content, state, 1, begun_at, accepted_at from notice where incident = $1`,
    () => `notice ${number}/page/0/0 mallory by`,
    'no entry says that it exists',
  ],
  [`delete from notice where incident = $1`, () => `notice ${number}/page/0/0`, 'its row is not'],
  [
    `update postmortem_version set content = jsonb_set(content, '{sections,cause}', '"nothing"') where incident = $1 and version = 2`,
    () => 'postmortem version 2',
    'hashOfContent',
  ],
  [
    `update postmortem_version set content_hash = repeat('0', 64) where incident = $1 and version = 1`,
    () => 'postmortem version 1',
    'contentHash',
  ],
  [
    `update postmortem_version set facts = replace(facts, 'SEV2', 'SEV4') where incident = $1 and version = 2`,
    () => 'postmortem version 2',
    'hashOfFacts',
  ],
  [
    `update postmortem_version set written_by = 'mallory' where incident = $1 and version = 3`,
    () => 'postmortem version 3',
    'writtenBy is mallory',
  ],
  [
    `delete from postmortem_version where incident = $1 and version = 3`,
    () => 'postmortem version 3',
    'its row is not',
  ],
  [
    `update postmortem set published_by = 'mallory' where incident = $1`,
    () => `postmortem ${number}`,
    'publishedBy is mallory',
  ],
  [
    `update postmortem set first_published_at = null where incident = $1`,
    () => `postmortem ${number}`,
    'firstPublishedAt is nothing',
  ],
  [`delete from history_archive where incident = $1`, () => 'history ', 'its row is not'],
])('%s', async (statement, row, says) => {
  expect((await verifyStored(harness.pool)).rowFaults).toEqual([])
  const faults = await asForger(harness.pool, statement, number)
  expect(faults).toContainEqual(
    expect.objectContaining({ row: expect.stringContaining(row()), says: expect.stringContaining(says) }),
  )
})

test('a fault names the newest entry about its row', async () => {
  const [byNotice] = await asForger(harness.pool, `delete from notice where incident = $1`, number)
  const [byVersion] = await asForger(
    harness.pool,
    `update postmortem_version set written_by = 'mallory' where incident = $1 and version = 3`,
    number,
  )
  const timeline = await readWholeTimeline(harness.pool, number)
  const kindOf = (seq: number | null | undefined) => timeline.find(entry => entry.seq === seq)?.kind
  expect([kindOf(byNotice?.seq), kindOf(byVersion?.seq)]).toEqual(['page.sent', 'postmortem.reopened'])
})

test('entries written before they named pages, notices and the hash of a draft say nothing of those rows', async () => {
  const older: TimelineEntry[] = (await readWholeTimeline(harness.pool, number)).map(entry => {
    // Entries of one kind lose what entries of that kind did not have.
    const { pages: _, notices: __, contentHash: ___, ...data } = entry.data as Record<string, unknown>
    const isOlder = ['acknowledged', 'page.sent', 'postmortem.drafted'].includes(entry.kind)
    return isOlder ? ({ ...entry, data } as TimelineEntry) : entry
  })
  const { incidents } = await readAuditRows(harness.pool, { incident: number, limit: 1 })
  const freezes = new Set(incidents[0]!.messages.map(({ kind, body, at }) => freezeOf({ kind, body, at })))
  expect(findRowFaults(knownFrom(older), incidents[0]!, freezes)).toEqual([])
})

function freezeOf({ kind, body, at }: { kind: string; body: Record<string, unknown>; at: string }): string {
  return actOfMessage({ ...body, kind, atMs: Date.parse(at) })
}

test('an incident whose row is gone is named by its first entries', async () => {
  const tables = [
    'gate',
    'claim',
    'page',
    'plan',
    'message',
    'notice',
    'telling',
    'news',
    'measurement',
    'incident_alert',
    'history_archive',
    'action_item',
    'postmortem_version',
    'postmortem',
  ]
  const statements = [
    `delete from vote where gate_id like $1 || '%'`,
    ...tables.map(table => `delete from ${table} where incident = $1`),
    'delete from incident where number = $1',
  ]
  const faults = await asForger(harness.pool, statements, number)
  expect(faults).toMatchObject([
    { row: `incident ${number}`, says: 'its entries are there and its row is not' },
  ])
})

/** Changes rows as the owner of the tables can, checks the record, and takes the change back. */
async function asForger(pool: Pool, statements: string | string[], value: string): Promise<RowFault[]> {
  const undo = new Error('undo')
  let found: RowFault[] = []
  await inTransaction(pool, async tx => {
    for (const table of ['history_archive', 'measurement', 'claim', 'message', 'postmortem_version'])
      await tx.query(`alter table ${table} disable trigger user`)
    for (const statement of [statements].flat()) await tx.query(statement, [value])
    found = (await verifyStored(withOnly(tx))).rowFaults
    throw undo
  }).catch((error: unknown) => {
    if (error !== undo) throw error
  })
  return found
}

/** A pool whose every connection is this transaction: the check runs inside the forgery. */
function withOnly(tx: Pick<Pool, 'query'>): Pool {
  const isWork = (text: unknown): boolean =>
    typeof text !== 'string' || !/^(begin|commit|rollback|set transaction)/.test(text)
  const query = (text: string, values?: unknown[]) => (isWork(text) ? tx.query(text, values) : undefined)
  const client = { query, on: () => client, off: () => client, release: () => undefined }
  return { query, connect: async () => client } as unknown as Pool
}
