/** A person starts a run of a routine now: the same incident as at its times, with their name. */
import { CodedError } from '../contracts/coded-error.ts'
import { type Place, routineKey } from '../contracts/schedule.ts'
import type { BindableTarget } from '../language/bind.ts'
import { nearestName } from '../language/nearest-name.ts'
import { refuseInputs } from '../language/resolve-inputs.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import { findOpen } from '../store/incidents.ts'
import { awaitRoutine } from '../store/routines.ts'
import { readInForce } from '../store/runbooks-in-force.ts'
import { asRoutine, openRun, type Routine } from './open-run.ts'

export interface StartedRoutine {
  name: string
  /** Name of the principal. */
  by: string
  atMs: number
  /** In place of what its schedule says. */
  place: Partial<Place>
  /** As text. */
  inputs: Readonly<Record<string, string>>
}

export interface BegunRun extends Place {
  incident: string
  closesAtMs: number
}

/**
 * Opens its incident in the transaction that answers. Throws `not_found`, `not_a_routine`, `routine_running` and `bad_payload`. The
 * times of its schedule stay what they are; one that comes while this run is open is missed.
 */
export async function startRoutine(
  pool: Pool,
  targets: readonly BindableTarget[],
  asked: StartedRoutine,
): Promise<BegunRun> {
  const { name, by, atMs } = asked
  return inTransaction(pool, async tx => {
    await awaitRoutine(tx, name)
    const routine = await routineInForce(tx, name)
    await refuseSecond(tx, name)
    const place = placeOf(routine, asked.place, targets)
    refuseInputs(routine.runbook, asked.inputs)
    const { incident, entry } = await openRun(tx, targets, routine, {
      runbook: name,
      runbookHash: routine.hash,
      dueAtMs: atMs,
      startedBy: by,
      decidedAtMs: atMs,
      place,
      given: asked.inputs,
    })
    await appendEntries(tx, [entry])
    return { incident, closesAtMs: atMs + routine.schedule.windowMs, ...place }
  })
}

async function routineInForce(tx: Queryable, name: string): Promise<Routine> {
  const [found] = await readInForce(tx, name)
  if (found === undefined)
    throw new CodedError('not_found', `No runbook ${name} is in force.`, {
      fields: { name },
      hint: await whichRoutine(tx, name),
    })
  const routine = asRoutine(found)
  if (routine === undefined)
    throw new CodedError('not_a_routine', `${name} has no schedule: alerts begin it.`, { fields: { name } })
  return routine
}

async function whichRoutine(tx: Queryable, name: string): Promise<string> {
  const routines = (await readInForce(tx)).flatMap(one => asRoutine(one)?.runbook.name ?? [])
  const nearest = nearestName(name, routines)
  const meant = nearest === undefined ? 'Check the name; the' : `Did you mean ${nearest}? The`
  return `${meant} routines: npx paramedic runbook schedule`
}

async function refuseSecond(tx: Queryable, name: string): Promise<void> {
  const open = await findOpen(tx, routineKey(name))
  if (open === undefined) return
  throw new CodedError('routine_running', `${open}, a run of ${name}, is still open.`, {
    fields: { name, number: open },
  })
}

/** The configured place that was probably meant, else all there are. */
function whichPlace(asked: Place, targets: readonly BindableTarget[]): string {
  const systems = new Set(targets.map(({ system }) => system))
  const system = nearestName(asked.system, systems)
  const environments = new Set(
    targets.flatMap(target => (target.system === system ? [target.environment] : [])),
  )
  const environment = nearestName(asked.environment, environments)
  if (environment !== undefined) return `Did you mean --system ${system} --environment ${environment}?`
  const places = new Set(targets.map(target => `${target.system}/${target.environment}`))
  return `Targets are configured in ${[...places].toSorted().join(', ') || 'no place'}.`
}

/** A run whose every role is unbound would only call people. */
function placeOf(
  { runbook, schedule }: Routine,
  asked: Partial<Place>,
  targets: readonly BindableTarget[],
): Place {
  const { system = schedule.system, environment = schedule.environment } = asked
  const isThere = targets.some(target => target.system === system && target.environment === environment)
  if (isThere || Object.keys(runbook.targets).length === 0) return { system, environment }
  throw new CodedError('bad_payload', `No target is configured in ${system}/${environment}.`, {
    fields: { system, environment },
    hint: whichPlace({ system, environment }, targets),
  })
}
