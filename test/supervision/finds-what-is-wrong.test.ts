/**
 * Goal: what PostgreSQL alone can tell is found within a minute of its cause, told once, and over when it is mended.
 * Method: each trouble is put on record a minute before the first look; looks come at their interval, on a clock of the test's own.
 */
import { expect, test } from 'vitest'
import { pageId } from '../../contracts/incident.ts'
import type { FindingKind } from '../../contracts/supervision.ts'
import type { NewEntry } from '../../contracts/timeline.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import { acknowledge, setSeverity } from '../../store/acts.ts'
import { appendEntries, readEntries } from '../../store/audit-log.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { vote } from '../../store/gates.ts'
import { beginPage, finishPage } from '../../store/pages.ts'
import { draftPostmortem } from '../../store/draft-postmortem.ts'
import { saveRun } from '../../store/routines.ts'
import { editPostmortem, publishPostmortem, reopenPostmortem } from '../../store/postmortems.ts'
import { adviseOn } from '../../supervision/advice.ts'
import { givenGate, givenIncident, somePlanHash } from '../support/incidents.ts'
import { reportAlert } from '../support/incident-harness.ts'
import { fullSections } from '../support/postmortems.ts'
import { type Supervised, startSupervised } from '../support/supervised.ts'

const minute = 60_000

interface Trouble {
  kind: FindingKind
  /** Puts it on record; the deadline is one minute before `atMs`. Returns the subject and how it is mended. */
  cause(pool: Pool, atMs: number): Promise<{ subject: string; mend: () => Promise<unknown> }>
}

const troubles: Trouble[] = [
  {
    kind: 'alert',
    async cause(pool, atMs) {
      await reportAlert(pool, { name: 'Waiting', status: 'firing', atMs: atMs - minute })
      const mend = (): Promise<unknown> => pool.query(`update alert_event set outcome = 'repeat'`)
      return { subject: 'test/group/Waiting', mend }
    },
  },
  {
    kind: 'message',
    async cause(pool, atMs) {
      const number = await startedIncident(pool, atMs - 10 * minute)
      await setSeverity(pool, { number, by: 'ana', atMs: atMs - minute, severity: 'SEV2' })
      return { subject: number, mend: () => pool.query('update message set delivered_at = $1', [new Date()]) }
    },
  },
  {
    kind: 'not-started',
    async cause(pool, atMs) {
      const number = await givenIncident(pool, { atMs: atMs - minute })
      const mend = (): Promise<unknown> =>
        pool.query('update incident set workflow_started_at = $1', [new Date()])
      return { subject: number, mend }
    },
  },
  {
    kind: 'gate',
    async cause(pool, atMs) {
      const number = await startedIncident(pool, atMs - 10 * minute)
      const gateId = await givenGate(pool, number, { atMs: atMs - 9 * minute, expiresAtMs: atMs - minute })
      const denial = { gateId, by: 'ana', verdict: 'deny', planHash: somePlanHash } as const
      return {
        subject: gateId,
        mend: () => vote(pool, { ...denial, atMs: atMs - 2 * minute }),
      }
    },
  },
  {
    kind: 'claim',
    async cause(pool, atMs) {
      const number = await startedIncident(pool, atMs - 10 * minute)
      await pool.query(
        `insert into claim (incident, step, attempt, action, target, plan_hash, worker, claimed_at, deadline)
         values ($1, 'restart-api', 1, 'service.restart', 'shop-api', 'h', 'w', $2, $2)`,
        [number, new Date(atMs - minute)],
      )
      const mend = (): Promise<unknown> => pool.query(`update claim set outcome = 'unknown'`)
      return { subject: `${number}/restart-api/1`, mend }
    },
  },
  {
    kind: 'page',
    async cause(pool, atMs) {
      const number = await startedIncident(pool, atMs - 10 * minute)
      const id = await pageOf(pool, number, { level: 0, dueAtMs: atMs - minute })
      const sent = {
        state: 'sent',
        latenessMs: 0,
        channels: {},
        sentAtMs: atMs,
        deliveredAtMs: atMs,
      } as const
      return { subject: id, mend: () => inTransaction(pool, tx => finishPage(tx, id, sent)) }
    },
  },
  {
    kind: 'level',
    async cause(pool, atMs) {
      const number = await startedIncident(pool, atMs - 16 * minute)
      await haveLevels(pool)
      const subject = `${number}/level/0`
      const dueAtMs = atMs - minute
      return { subject, mend: () => pageOf(pool, number, { level: 0, dueAtMs, isSent: true }) }
    },
  },
  {
    kind: 'postmortem-overdue',
    async cause(pool, atMs) {
      const number = await closedIncident(pool, { atMs: atMs - 60 * minute, dueAtMs: atMs - minute })
      await draftPostmortem(pool, { number, atMs })
      const act = { number, by: 'ana', atMs }
      return {
        subject: number,
        async mend() {
          await editPostmortem(pool, { ...act, basedOn: 1, sections: fullSections })
          await publishPostmortem(pool, { ...act, version: 2 }, foldFacts)
          // Opened again it has no date any more.
          await reopenPostmortem(pool, { ...act, reason: 'a second cause' })
        },
      }
    },
  },
  {
    kind: 'postmortem-undrafted',
    async cause(pool, atMs) {
      const number = await closedIncident(pool, { atMs: atMs - minute })
      return { subject: number, mend: () => draftPostmortem(pool, { number, atMs }) }
    },
  },
  {
    kind: 'missed-routine',
    async cause(pool, atMs) {
      const run = { runbook: 'nightly', runbookHash: 'runbook-hash', decidedAtMs: atMs }
      const number = await startedIncident(pool, atMs - 10 * minute)
      await pool.query(
        `insert into runbook_in_force (name, hash, file, source_text, since, way, changed_by)
           values ('nightly', 'runbook-hash', 'nightly.yaml', '', $1, 'sync', 'ana')`,
        [new Date(atMs - 60 * minute)],
      )
      for (const minutes of [3, 2, 1])
        await inTransaction(pool, tx =>
          saveRun(tx, { ...run, dueAtMs: atMs - minutes * minute }, { because: 'no worker was there' }),
        )
      const mend = (): Promise<unknown> =>
        inTransaction(pool, tx => saveRun(tx, { ...run, dueAtMs: atMs }, { incident: number }))
      return { subject: 'nightly', mend }
    },
  },
]

test.each(troubles)(
  '$kind: found, told once with what to do, and over when mended',
  async ({ kind, cause }) => {
    const supervised = await startSupervised()
    const { pool, told, look, found } = supervised
    const atMs = supervised.nowMs()
    const { subject, mend } = await cause(pool, atMs)

    await look()
    expect(await found(kind)).toEqual([])
    await look()
    expect(await found(kind)).toEqual([subject])
    await look(2)
    const about = (): string[] => toldAbout(supervised, kind, subject)
    expect(about()).toHaveLength(1)
    expect(about()[0]).toContain(adviseOn({ kind, subject }).todo)
    expect(about()[0]).toContain(new Date(atMs - minute).toISOString())

    await mend()
    await look()
    expect(await found(kind)).toEqual([subject])
    await look()
    expect(await found(kind)).toEqual([])
    await look(2)
    expect(about()).toHaveLength(2)
    expect(about()[1]).toContain('over')
    expect(told.some(({ title }) => title.includes('Over'))).toBe(true)
    expect(await recorded(pool, kind)).toEqual([
      'supervision.found',
      'supervision.paged',
      'supervision.ended',
    ])
  },
)

test('a level that an outrun acknowledgement has put off is due from the newer alert', async () => {
  const { pool, look, found, nowMs } = await startSupervised()
  const openedAtMs = nowMs() - 30 * minute
  const number = await startedIncident(pool, openedAtMs)
  await haveLevels(pool)
  await acknowledge(pool, { number, by: 'ana', atMs: openedAtMs + minute })
  const newerAtMs = nowMs() - 15.5 * minute
  await pool.query('update incident set acknowledged_at = null, ack_epoch = 1')
  const firing = { kind: 'alert.firing', actor: 'paramedic', incident: number, atMs: newerAtMs } as const
  await inTransaction(pool, tx =>
    appendEntries(tx, [{ ...firing, data: { alertKey: 'newer', name: 'newer' } }] satisfies NewEntry[]),
  )
  await look(3)
  expect(await found('level')).toEqual([])
  await look(1)
  expect(await found('level')).toEqual([`${number}/level/0`])
})

test('a cancelled incident owes no post-mortem, and what was left undone long ago is no news', async () => {
  const { pool, look, found, nowMs } = await startSupervised()
  const cancelled = await closedIncident(pool, { atMs: nowMs() - 10 * minute })
  await pool.query(`update incident set outcome = 'cancelled' where number = $1`, [cancelled])
  await closedIncident(pool, { atMs: nowMs() - 8 * 24 * 60 * minute })
  await look(3)
  expect(await found('postmortem-undrafted')).toEqual([])
})

test('what is waited for by everybody and not yet late is no finding', async () => {
  const { pool, look, told, nowMs } = await startSupervised()
  const number = await startedIncident(pool, nowMs() - minute)
  await haveLevels(pool)
  await givenGate(pool, number, { atMs: nowMs(), expiresAtMs: nowMs() + 15 * minute })
  await look(3)
  const { rows } = await pool.query(
    `select kind from supervision_finding where kind not in ('worker', 'workflow-gone')`,
  )
  expect(rows).toEqual([])
  expect(told.every(({ lines }) => !lines.join().includes('level'))).toBe(true)
})

/** Lines of messages about it. */
function toldAbout({ told }: Supervised, kind: FindingKind, subject: string): string[] {
  const { what } = adviseOn({ kind, subject })
  return told.flatMap(({ lines }) => lines).filter(line => line.includes(what) && line.includes(subject))
}

/** A workflow of it was started once; whether it still runs is another finding. */
async function startedIncident(pool: Pool, atMs: number): Promise<string> {
  const number = await givenIncident(pool, { atMs })
  await pool.query('update incident set workflow_started_at = $2 where number = $1', [number, new Date(atMs)])
  return number
}

/** An incident that recovered, with its first and last entry. */
async function closedIncident(pool: Pool, closed: { atMs: number; dueAtMs?: number }): Promise<string> {
  const { atMs, dueAtMs } = closed
  const incident = await startedIncident(pool, atMs)
  const common = { actor: 'paramedic', atMs, incident } as const
  const due = dueAtMs === undefined ? {} : { postmortemDueAtMs: dueAtMs }
  const opened = { title: 'x', runbook: 'default', runbookHash: 'h', dedupKey: 'k', bindings: {} }
  await inTransaction(pool, async tx => {
    await closeIncident(tx, { number: incident, seenTransition: 0, outcome: 'recovered', atMs, ...due })
    await appendEntries(tx, [
      { ...common, kind: 'incident.opened', data: opened },
      { ...common, kind: 'incident.closed', data: { outcome: 'recovered', because: 'measured' } },
    ])
  })
  return incident
}

/** One level, 15 minutes after opening, unless acknowledged. */
async function haveLevels(pool: Pool): Promise<void> {
  const levels = [{ afterMs: 15 * minute, unless: 'acknowledged', page: ['on-call'] }]
  await pool.query(`update runbook_version set normalised = jsonb_set(normalised, '{escalate}', $1)`, [
    JSON.stringify(levels),
  ])
}

async function pageOf(
  pool: Pool,
  incident: string,
  page: { level: number; dueAtMs: number; isSent?: boolean },
): Promise<string> {
  const id = pageId(incident, 0, page.level)
  const { level, dueAtMs } = page
  await inTransaction(pool, async tx => {
    await beginPage(tx, { id, incident, epoch: 0, level, functions: ['on-call'], dueAtMs, atMs: dueAtMs })
    if (page.isSent === true)
      await finishPage(tx, id, {
        state: 'sent',
        latenessMs: 0,
        channels: {},
        sentAtMs: dueAtMs,
        deliveredAtMs: dueAtMs,
      })
  })
  return id
}

async function recorded(pool: Pool, kind: FindingKind): Promise<string[]> {
  const entries = await readEntries(pool, 0, 1_000)
  return entries.flatMap(entry =>
    'finding' in entry.data && entry.data.finding === kind ? [entry.kind] : [],
  )
}
