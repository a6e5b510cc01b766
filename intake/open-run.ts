/** Opens the incident of one run of a routine, inside the transaction that decides that it begins. */
import type { LoadedRunbook } from '../contracts/runbook.ts'
import { type Place, routineKey, type Schedule } from '../contracts/schedule.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { type BindableTarget, bindTargets } from '../language/bind.ts'
import { resolveInputs } from '../language/resolve-inputs.ts'
import type { Queryable } from '../store/database.ts'
import { openIncident } from '../store/incidents.ts'
import { leaveMessage } from '../store/messages.ts'
import { leaveNews } from '../store/news.ts'
import { type DecidedRun, saveRun } from '../store/routines.ts'
import { openedWith } from '../contracts/opened-with.ts'

export interface Routine extends LoadedRunbook {
  schedule: Schedule
}

/** Undefined of a runbook that alerts begin. */
export function asRoutine({ runbook, hash }: LoadedRunbook): Routine | undefined {
  return runbook.schedule === undefined ? undefined : { runbook, hash, schedule: runbook.schedule }
}

export interface BeginningRun extends DecidedRun {
  /** Whose targets it works on. */
  place: Place
  /** Inputs that a person gave, as text. */
  given?: Readonly<Record<string, string>>
}

/** Whoever calls this holds the routine's lock and has seen that none of its runs is open. */
export async function openRun(
  tx: Queryable,
  targets: readonly BindableTarget[],
  { runbook, hash, schedule }: Routine,
  run: BeginningRun,
): Promise<{ incident: string; entry: NewEntry }> {
  const { dueAtMs, decidedAtMs: atMs, startedBy } = run
  const place = { system: run.place.system, environment: run.place.environment }
  const alert = { labels: place, annotations: {} }
  const bindings = bindTargets(runbook.targets, place, targets)
  const inputs = resolveInputs(runbook.inputs ?? [], alert, run.given)
  const routine = { dueAtMs, closesAtMs: dueAtMs + schedule.windowMs }
  const common = { title: runbook.title, runbookHash: hash, dedupKey: routineKey(runbook.name) }
  const { number } = await openIncident(tx, {
    ...common,
    ...place,
    runbook,
    bindings,
    inputs,
    alert,
    openedAtMs: atMs,
    routine,
  })
  if (!(await saveRun(tx, run, { incident: number })))
    throw new Error(`a run of ${runbook.name} at ${new Date(dueAtMs).toISOString()} is on record already`)
  await leaveMessage(tx, number, { kind: 'due' }, atMs)
  await leaveNews(tx, number, { event: 'opened' }, atMs)
  const data = {
    ...common,
    runbook: runbook.name,
    ...openedWith(bindings, inputs),
    routine: {
      dueAt: new Date(dueAtMs).toISOString(),
      closesAt: new Date(routine.closesAtMs).toISOString(),
      ...(startedBy === undefined ? {} : { by: startedBy }),
    },
  }
  const actor = startedBy === undefined ? 'paramedic' : (`person:${startedBy}` as const)
  return { incident: number, entry: { kind: 'incident.opened', actor, atMs, incident: number, data } }
}
