/**
 * The outbox of what stakeholders are told. News are left in the transaction in which something happened; who hears of them is
 * decided later, and each message is a row of its own, so that a death in between neither loses nor doubles one.
 */
import type { Communication, Told } from '../contracts/communication.ts'
import type { Impact, Phase, Severity } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { News, NewsEvent, SingleNotice } from '../contracts/notice.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from './audit-log.ts'
import type { Queryable } from './database.ts'
import { relayChannel } from './deliveries.ts'

/** What is known where it happens; the rest is read when it is told. */
export type Happened = { event: NewsEvent; update?: RegularUpdate } & Partial<
  Pick<News, 'from' | 'impactBefore' | 'by' | 'outcome' | 'because'>
>

/** Who is told how it stands; the same rules at the same time have told it, whatever became of the workflow since. */
interface RegularUpdate {
  dueAtMs: number
  /** By their place in the runbook. */
  rules: readonly number[]
  tells: Told[]
}

/** Leaves news in the caller's transaction and pokes whoever delivers them. */
export async function leaveNews(
  tx: Queryable,
  incident: string,
  happened: Happened,
  atMs: number,
): Promise<void> {
  const { event, ...rest } = happened
  await tx.query(
    `with left_news as (
       insert into news (incident, event, body, at)
       select number, $2, $3::jsonb || jsonb_build_object('severity', severity, 'impact', impact, 'phase', phase), $4 from incident where number = $1
       on conflict do nothing returning id)
     select pg_notify($5, '') from left_news`,
    [incident, event, JSON.stringify(rest), new Date(atMs), relayChannel],
  )
}

/** News as they are decided about: with the incident as it is now, and the worst it has been. */
export interface UnaddressedNews {
  id: number
  news: News
  worst: Severity
  /** Channels with an alarm of their own that took a page of it. */
  pagers: string[]
  /** Of the runbook it runs now. */
  communication: readonly Communication[]
  /** Of an update: who is told. */
  tells: readonly Told[]
  /** Of a recovery that is lost: who was told of it. */
  heardMitigated: readonly string[]
  phase: Phase
  /** Of a run of a routine; `isQuiet`: it has needed nobody so far. */
  isRoutine: boolean
  isQuiet: boolean
}

/** Locks the oldest news nobody else is deciding about; undefined when there are none, or they wait for triage. */
export async function takeNews(tx: Queryable, atMs: number): Promise<UnaddressedNews | undefined> {
  const { rows } = await tx.query<{
    id: number
    event: NewsEvent
    // One from before impact and phase were kept has neither.
    body: Omit<Happened, 'event'> & { severity: Severity; impact?: Impact; phase?: Phase }
    at: Date
    number: string
    title: string
    system: string
    environment: string
    severity: Severity
    severity_label: string | null
    impact: Impact
    phase: Phase
    acknowledged_by: string | null
    recovered_at: Date | null
    is_routine: boolean
    is_quiet: boolean
    opened_at: Date
    communication: Communication[] | null
    worst: Severity
    pagers: string[]
    heard_mitigated: string[]
  }>(
    `select n.id, n.event, n.body, n.at, i.number, i.title, i.system, i.environment, i.severity, i.severity_label,
       i.impact, i.phase, i.acknowledged_by, i.recovered_at, i.opened_at, i.routine_due_at is not null as is_routine,
       i.routine_due_at is not null and i.needs_people_at is null as is_quiet, v.normalised -> 'communication' as communication,
       -- SEV1 sorts before SEV2.
       (select min(o.body ->> 'severity') from news o where o.incident = n.incident and o.id <= n.id) as worst,
       array(select distinct channel from notice p where p.incident = n.incident and p.kind = 'page'
         and p.channel_kind = 'pagerduty' and p.state = 'accepted') as pagers,
       array(select t.recipient from telling t where n.event = 'recovery-lost' and t.incident = n.incident and starts_with(t.key, n.incident || '/news/' ||
         (select max(m.id) from news m where m.incident = n.incident and m.event = 'mitigated' and m.id < n.id) || '/')) as heard_mitigated
     from news n join incident i on i.number = n.incident left join runbook_version v on v.hash = i.runbook_hash
     where n.addressed_at is null and (n.event <> 'opened' or n.at <= $1 or i.phase not in ('detection', 'triage'))
       -- In order: nobody hears of the end before the beginning.
       and not exists (select from news e where e.incident = n.incident and e.id < n.id and e.addressed_at is null)
     order by n.id limit 1 for update of n skip locked`,
    [new Date(atMs - limits.newsAwaitsTriageMs)],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const { severity, impact = row.impact, phase = row.phase, update, ...body } = row.body
  // An opening is told as it is known by now; a change as it was.
  const isOpening = row.event === 'opened'
  return {
    id: row.id,
    worst: isOpening && row.severity < row.worst ? row.severity : row.worst,
    pagers: row.pagers,
    communication: row.communication ?? [],
    tells: update?.tells ?? [],
    heardMitigated: row.heard_mitigated,
    isRoutine: row.is_routine,
    isQuiet: row.is_quiet,
    phase: isOpening ? row.phase : phase,
    news: {
      event: row.event,
      incident: row.number,
      title: row.title,
      severity: isOpening ? row.severity : severity,
      ...(row.severity_label === null ? {} : { severityLabel: row.severity_label }),
      impact: isOpening ? row.impact : impact,
      ...(row.event === 'update' ? stateOf(row) : {}),
      system: row.system,
      environment: row.environment,
      openedAt: row.opened_at.toISOString(),
      at: row.at.toISOString(),
      ...body,
    },
  }
}

/** How it stands, for whoever is told regularly. */
function stateOf(row: {
  acknowledged_by: string | null
  recovered_at: Date | null
}): Pick<News, 'takenBy' | 'isRecovered'> {
  return {
    ...(row.acknowledged_by === null ? {} : { takenBy: row.acknowledged_by }),
    ...(row.recovered_at === null ? {} : { isRecovered: true }),
  }
}

export interface NewTelling {
  key: string
  kind: 'news' | 'test'
  recipient: string
  /** Only this one, whatever the configuration says about the recipient. */
  channel?: string
  incident?: string
  content: SingleNotice
}

/** Decides who is told; what an opening already says is not told again. */
export async function addressNews(
  tx: Queryable,
  { id, news }: UnaddressedNews,
  tellings: readonly NewTelling[],
  atMs: number,
): Promise<void> {
  for (const telling of tellings) await leaveTelling(tx, telling, atMs)
  await tx.query(
    `update news set addressed_at = $2 where id = $1
       or ($3 and incident = $4 and event in ('severity', 'impact') and addressed_at is null)`,
    [id, new Date(atMs), news.event === 'opened', news.incident],
  )
}

export async function leaveTelling(tx: Queryable, telling: NewTelling, atMs: number): Promise<void> {
  await tx.query(
    `insert into telling (key, kind, recipient, channel, incident, content, next_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing`,
    [
      telling.key,
      telling.kind,
      telling.recipient,
      telling.channel ?? null,
      telling.incident ?? null,
      JSON.stringify(telling.content),
      new Date(atMs),
    ],
  )
}

export interface Telling extends NewTelling {
  /** Rounds that have failed. */
  attempts: number
}

/** Locks a message that is due and that nobody else is sending. */
export async function takeTelling(tx: Queryable, atMs: number): Promise<Telling | undefined> {
  const { rows } = await tx.query<{
    key: string
    kind: 'news' | 'test'
    recipient: string
    channel: string | null
    incident: string | null
    content: SingleNotice
    attempts: number
  }>(
    `select key, kind, recipient, channel, incident, content, attempts from telling t
     where state = 'waiting' and next_at <= $1
       -- In order, for each who is told: an alarm that hears of the end first would be set off again by what comes after.
       and not exists (select from telling e where e.incident = t.incident and e.recipient = t.recipient and e.state = 'waiting'
         and e.recorded_at < t.recorded_at)
     order by next_at limit 1 for update of t skip locked`,
    [new Date(atMs)],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const { channel, incident, ...rest } = row
  return { ...rest, ...(channel === null ? {} : { channel }), ...(incident === null ? {} : { incident }) }
}

/** What became of a message; with its entry in the same transaction. */
export async function endTelling(
  tx: Queryable,
  key: string,
  ended: { state: 'told' | 'failed'; problem?: string; atMs: number; entry: NewEntry },
): Promise<void> {
  await tx.query(
    'update telling set state = $2, problem = $3, ended_at = $4, attempts = attempts + 1 where key = $1',
    [key, ended.state, ended.problem ?? null, new Date(ended.atMs)],
  )
  await appendEntries(tx, [ended.entry])
}

/** It is tried again then; a round that was not over is none. */
export async function postponeTelling(
  tx: Queryable,
  key: string,
  postponed: { untilMs: number; isRound: boolean; problem?: string },
): Promise<void> {
  await tx.query(
    `update telling set next_at = $2, attempts = attempts + case when $3 then 1 else 0 end, problem = coalesce($4, problem)
     where key = $1`,
    [key, new Date(postponed.untilMs), postponed.isRound, postponed.problem ?? null],
  )
}
