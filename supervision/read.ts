/** One look: asks PostgreSQL and Temporal, and says what is wrong. */
import { incidentWorkflowId } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { postmortemWorkflowId } from '../contracts/postmortem.ts'
import { type Finding, type FindingKind, temporalFindingKinds } from '../contracts/supervision.ts'
import type { Pool } from '../store/database.ts'
import { findAwaited, findOverdue, findUndrafted } from '../store/due-postmortems.ts'
import { findMissedRoutines } from '../store/missed-routines.ts'
import {
  findUnsentPages,
  type OpenIncident,
  readDecidingEntries,
  readEnds,
  readOpenIncidents,
} from '../store/open-incidents.ts'
import { readSince, type Since } from '../store/supervision-lease.ts'
import { findStuck } from '../store/waiting-work.ts'
import {
  findFailing,
  findLeftOver,
  findLevels,
  findMissed,
  findPostmortems,
  findSilence,
  findUnsent,
  findWaiting,
  forgottenPostmortem,
  lostWorkflow,
  mayBeForgotten,
  mayBeLeftOver,
  mayBeOverdue,
  mayHaveLostWorkflow,
  sinceWhen,
  type TemporalSeen,
} from './look.ts'
import type { TemporalWatch } from './temporal-watch.ts'

export interface Looked {
  found: Finding[]
  since: Since
  /** False of what nobody could tell this time. */
  couldSee(kind: FindingKind): boolean
}

/** Rejects while PostgreSQL does not answer; a silent Temporal is a finding like others. */
export async function lookAround(pool: Pool, temporal: TemporalWatch, atMs: number): Promise<Looked> {
  const seen = await temporal.look()
  const incidents = await readOpenIncidents(pool)
  const stored = await findStored(pool, incidents, atMs)
  const compared =
    seen === undefined ? undefined : await compareWorkflows(pool, temporal, incidents, seen, atMs)
  const since = sinceWhen(await readSince(pool), seen, atMs)
  const unseen: readonly FindingKind[] = compared === undefined ? temporalFindingKinds : []
  return {
    found: [...findSilence(since, seen, atMs), ...stored, ...(compared ?? [])].filter(
      ({ kind }) => !unseen.includes(kind),
    ),
    since,
    couldSee: kind => !unseen.includes(kind),
  }
}

async function findStored(pool: Pool, incidents: readonly OpenIncident[], atMs: number): Promise<Finding[]> {
  const most = limits.supervisionFindings
  const suspects = mayBeOverdue(incidents, atMs).slice(0, most)
  const lateMs = atMs - limits.supervisionPatienceMs
  const [stuck, pages, overdue, undrafted, missed, timelines] = await Promise.all([
    findStuck(pool, atMs, most),
    findUnsentPages(pool, lateMs, most),
    findOverdue(pool, lateMs, most),
    findUndrafted(pool, { fromMs: atMs - limits.setAsideShownMs, untilMs: lateMs }, most),
    findMissedRoutines(pool, atMs, most),
    readDecidingEntries(
      pool,
      suspects.map(({ number }) => number),
    ),
  ])
  return [
    ...findWaiting(stuck, atMs),
    ...findUnsent(pages),
    ...findLevels(suspects, timelines, atMs),
    ...findPostmortems('postmortem-overdue', overdue),
    ...findPostmortems('postmortem-undrafted', undrafted),
    ...findMissed(missed),
  ]
}

/** Undefined when Temporal fell silent in the middle of it. */
async function compareWorkflows(
  pool: Pool,
  temporal: TemporalWatch,
  incidents: readonly OpenIncident[],
  seen: TemporalSeen,
  atMs: number,
): Promise<Finding[] | undefined> {
  const ended = await endedOf(temporal, mayHaveLostWorkflow(incidents, seen), incidentWorkflowId)
  const awaited = await findAwaited(pool, { atMs, draftedBeforeMs: atMs - limits.supervisionPatienceMs })
  const forgotten = await endedOf(temporal, mayBeForgotten(awaited, seen), postmortemWorkflowId)
  if (ended === undefined || forgotten === undefined) return undefined
  const left = mayBeLeftOver(incidents, seen)
  const ends = await readEnds(
    pool,
    left.map(({ number }) => number),
  )
  return [
    ...ended.map(([number, endedAtMs]) => lostWorkflow(number, endedAtMs, atMs)),
    ...forgotten.map(([number, endedAtMs]) => forgottenPostmortem(number, endedAtMs, atMs)),
    ...findLeftOver(left, ends, atMs),
    ...findFailing(seen.failing, atMs),
  ]
}

/** Of these incidents those whose workflow of this id does not run, with when it ended; undefined when Temporal is silent. */
async function endedOf(
  temporal: TemporalWatch,
  numbers: readonly string[],
  idOf: (number: string) => string,
): Promise<[number: string, endedAtMs: number | undefined][] | undefined> {
  const ended = await temporal.ended(numbers.map(idOf))
  if (ended === undefined) return undefined
  return numbers.filter(number => ended.has(idOf(number))).map(number => [number, ended.get(idOf(number))])
}
