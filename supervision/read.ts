/** One look: asks PostgreSQL and Temporal, and says what is wrong. */
import { limits } from '../contracts/limits.ts'
import { type Finding, type FindingKind, temporalFindingKinds } from '../contracts/supervision.ts'
import type { Pool } from '../store/database.ts'
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
  findSilence,
  findUnsent,
  findWaiting,
  lostWorkflow,
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
  const [stuck, pages, timelines] = await Promise.all([
    findStuck(pool, atMs, most),
    findUnsentPages(pool, atMs - limits.supervisionPatienceMs, most),
    readDecidingEntries(
      pool,
      suspects.map(({ number }) => number),
    ),
  ])
  return [...findWaiting(stuck, atMs), ...findUnsent(pages), ...findLevels(suspects, timelines, atMs)]
}

/** Undefined when Temporal fell silent in the middle of it. */
async function compareWorkflows(
  pool: Pool,
  temporal: TemporalWatch,
  incidents: readonly OpenIncident[],
  seen: TemporalSeen,
  atMs: number,
): Promise<Finding[] | undefined> {
  const ended = await temporal.ended(mayHaveLostWorkflow(incidents, seen))
  if (ended === undefined) return undefined
  const left = mayBeLeftOver(incidents, seen)
  const ends = await readEnds(
    pool,
    left.map(({ number }) => number),
  )
  return [
    ...[...ended].map(([number, endedAtMs]) => lostWorkflow(number, endedAtMs, atMs)),
    ...findLeftOver(left, ends, atMs),
    ...findFailing(seen.failing, atMs),
  ]
}
