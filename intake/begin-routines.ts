/** Opens the incidents of routines at their times, each once, whichever worker is first; what could not take place is on record. */
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../contracts/limits.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { routineKey, type Schedule } from '../contracts/schedule.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { timesBetween } from '../language/occurrences.ts'
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
  /** One look at every routine; how many times it decided about. */
  pass(atMs: number): Promise<number>
}

export function createRoutineStarter(pool: Pool, intake: Intake): RoutineStarter {
  async function pass(atMs: number): Promise<number> {
    let decided = 0
    for (const { runbook } of routinesOf(await intake.runbooks(pool)))
      decided += await decide(runbook.name, atMs)
    return decided
  }

  /** One that cannot be begun holds up no other. */
  async function decide(name: string, atMs: number): Promise<number> {
    try {
      return await inTransaction(pool, tx => decideAbout(tx, intake, name, atMs))
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

async function decideAbout(tx: Queryable, intake: Intake, name: string, atMs: number): Promise<number> {
  // Whoever else looks at it now decides the same.
  if (!(await lockRoutine(tx, name))) return 0
  const routine = routinesOf(await intake.runbooks(tx)).find(({ runbook }) => runbook.name === name)
  const clock = await readRoutineClock(tx, name)
  if (routine === undefined || clock === undefined) return 0
  const times = timesBetween(routine.schedule, countedFrom(clock, routine.schedule, atMs), atMs)
  const last = times.at(-1)
  if (last === undefined) return 0
  const isInTime = atMs < last + routine.schedule.windowMs
  const missed = isInTime ? times.slice(0, -1) : times
  const entries = await missAll(tx, routine, missed, atMs)
  if (isInTime) entries.push(...(await begin(tx, intake, routine, { dueAtMs: last, atMs })))
  await appendEntries(tx, entries)
  // One for each time that was decided about.
  return entries.length
}

/** A new schedule says nothing of the time before it; another version with the same one goes on. */
function countedFrom(clock: RoutineClock, schedule: Schedule, atMs: number): number {
  const { lastDueAtMs = -Infinity, inForceSinceMs, versionSinceMs, scheduleBefore } = clock
  const isSame = scheduleBefore?.cron === schedule.cron && scheduleBefore.zone === schedule.zone
  const fromMs = isSame || versionSinceMs === inForceSinceMs ? inForceSinceMs : versionSinceMs
  return Math.max(lastDueAtMs, fromMs, atMs - limits.missedLookBackMs)
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
