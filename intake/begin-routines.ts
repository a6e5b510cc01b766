/** Opens the incidents of routines at their times, each once, whichever worker is first; what could not take place is on record. */
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../contracts/limits.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { routineKey } from '../contracts/schedule.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { timesAfter, timesBetween } from '../language/occurrences.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import { findOpen } from '../store/incidents.ts'
import {
  type DecidedRun,
  lockRoutine,
  readRoutineClock,
  type RoutineClock,
  saveRun,
} from '../store/routines.ts'
import type { Intake } from './join-incident.ts'
import { asRoutine, openRun, type Routine } from './open-run.ts'

export interface RoutineStarter {
  /** Works until told to stop; trouble with PostgreSQL is waited out. */
  run(stopping: AbortSignal): Promise<void>
  /** One look at every routine that may be due; how many times it decided about. */
  pass(atMs: number): Promise<number>
}

export function createRoutineStarter(pool: Pool, intake: Intake): RoutineStarter {
  /** By the version they belong to: nobody looks again before. */
  let nextTimes = new Map<string, number>()

  async function pass(atMs: number): Promise<number> {
    const routines = routinesOf(await intake.runbooks(pool))
    nextTimes = new Map(routines.map(({ hash }) => [hash, nextTimes.get(hash) ?? -Infinity]))
    let decided = 0
    for (const routine of routines)
      if (nextTimes.get(routine.hash)! <= atMs) decided += await decide(routine, atMs)
    return decided
  }

  /** One that cannot be begun holds up no other. */
  async function decide({ runbook: { name }, hash, schedule }: Routine, atMs: number): Promise<number> {
    try {
      const decided = await inTransaction(pool, tx => decideAbout(tx, intake, name, atMs))
      if (decided === 'taken') return 0
      nextTimes.set(hash, timesAfter(schedule, atMs, 1)[0] ?? Infinity)
      return decided
    } catch (error) {
      intake.log.error({ routine: name, error: String(error) }, 'a routine could not be begun; trying again')
      return 0
    }
  }

  async function run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await pass(Date.now()).catch((error: unknown) => {
        intake.log.error({ error: String(error) }, 'routines could not be begun; trying again')
      })
      await delay(limits.relayPollMs, undefined, { signal: stopping }).catch(() => {})
    }
  }

  return { pass, run }
}

function routinesOf(runbooks: readonly LoadedRunbook[]): Routine[] {
  return runbooks.flatMap(loaded => asRoutine(loaded) ?? [])
}

/** `taken`: by another worker, that decides the same now. */
async function decideAbout(
  tx: Queryable,
  intake: Intake,
  name: string,
  atMs: number,
): Promise<number | 'taken'> {
  if (!(await lockRoutine(tx, name))) return 'taken'
  const routine = routinesOf(await intake.runbooks(tx)).find(({ runbook }) => runbook.name === name)
  const clock = await readRoutineClock(tx, name)
  if (routine === undefined || clock === undefined) return 0
  const times = timesBetween(routine.schedule, countedFrom(clock, atMs), atMs)
  const last = times.at(-1)
  if (last === undefined) return 0
  const isInTime = atMs < last + routine.schedule.windowMs
  const missed = isInTime ? times.slice(0, -1) : times
  const entries = await missAll(tx, routine, missed, atMs)
  if (isInTime) entries.push(...(await begin(tx, intake, routine, { dueAtMs: last, atMs })))
  await appendEntries(tx, entries)
  // One for each time that is told; more that were missed are a number in the first of them.
  return entries.length
}

/** A new schedule says nothing of the time before it; another version with the same one goes on. */
function countedFrom({ lastDueAtMs = -Infinity, sinceMs }: RoutineClock, atMs: number): number {
  return Math.max(lastDueAtMs, sinceMs, atMs - limits.missedLookBackMs)
}

/** The newest of what was missed are told one by one, the others by their number. */
async function missAll(
  tx: Queryable,
  routine: Routine,
  missed: readonly number[],
  atMs: number,
): Promise<NewEntry[]> {
  const told = missed.slice(-limits.missedRunsTold)
  const before = missed.length - told.length
  const because = 'no worker was there to begin it before its window closed'
  const entries: NewEntry[] = []
  for (const [nth, dueAtMs] of told.entries())
    entries.push(...(await miss(tx, runOf(routine, dueAtMs, atMs), because, nth === 0 ? before : 0)))
  return entries
}

function runOf({ runbook, hash }: Routine, dueAtMs: number, atMs: number): DecidedRun {
  return { runbook: runbook.name, runbookHash: hash, dueAtMs, decidedAtMs: atMs }
}

async function miss(tx: Queryable, run: DecidedRun, because: string, before = 0): Promise<NewEntry[]> {
  if (!(await saveRun(tx, run, { because }))) return []
  const dueAt = new Date(run.dueAtMs).toISOString()
  const earlier = before === 0 ? {} : { before }
  const { runbook, runbookHash } = run
  const data = { runbook, runbookHash, dueAt, because, ...earlier }
  return [{ kind: 'routine.missed', actor: 'paramedic', atMs: run.decidedAtMs, data }]
}

/** Opens its incident, unless that of the time before is still open. */
async function begin(
  tx: Queryable,
  intake: Intake,
  routine: Routine,
  { dueAtMs, atMs }: { dueAtMs: number; atMs: number },
): Promise<NewEntry[]> {
  const run = runOf(routine, dueAtMs, atMs)
  const open = await findOpen(tx, routineKey(routine.runbook.name))
  if (open !== undefined) return miss(tx, run, `${open}, its run before, is still open`)
  const { entry } = await openRun(tx, intake.targets, routine, { ...run, place: routine.schedule })
  return [entry]
}
