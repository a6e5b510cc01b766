import { CodedError } from '../contracts/coded-error.ts'
import type { IncidentInput } from '../contracts/messages.ts'
import { openedWith } from '../contracts/opened-with.ts'
import type { ResolvedInput } from '../contracts/runbook-input.ts'
import { slotsAfter } from '../contracts/level-slots.ts'
import type { Binding, LoadedRunbook, Runbook } from '../contracts/runbook.ts'
import { lockOpen, mustExist } from './acts.ts'
import { appendEntries } from './audit-log.ts'
import { readTemporaryRunning } from './claims.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { readToTakeBack } from './left-by-end.ts'
import { leaveMessage } from './messages.ts'
import { entryOfAct, type PersonsAct } from './persons-act.ts'

export interface Rebased {
  from: string
  to: string
  /** False: it ran that version already. */
  isChange: boolean
}

/** What a runbook's roles and inputs mean in an incident. */
export type MeanIn = (
  runbook: Runbook,
  incident: { system: string; environment: string; alert: IncidentInput['alert'] },
) => { bindings: Binding[]; inputs: ResolvedInput[] }

/**
 * Moves an open incident to the version in force of its runbook, which has to be the one that was read. From the commit on nothing is
 * claimed and no vote is counted for a plan of the version before, and no recovery it proves closes the incident; the workflow follows
 * at its next point between steps. Throws `not_found`, `incident_not_open`, `routine_not_moved`, `runbook_changed`,
 * `incident_not_started` and `temporary_in_place`.
 */
export async function rebaseIncident(
  pool: Pool,
  act: PersonsAct & { to: string; reason?: string },
  mean: MeanIn,
): Promise<Rebased> {
  return inTransaction(pool, async tx => {
    const { normalised: before } = await lockOpen(tx, act.number)
    const incident = await readIncident(tx, act.number)
    refuseRun(act.number, before)
    const { hash, runbook } = await mustBeInForce(tx, incident.name, act)
    const from = incident.runbookHash
    if (from === hash) return { from, to: hash, isChange: false }
    refuseRoutine(act.number, runbook)
    if (!incident.hasStarted) throw notStarted(act.number)
    await refuseStillApplied(tx, act.number)
    const past = await readMoves(tx, act.number)
    const { bindings, inputs } = mean(runbook, incident)
    const levels = { escalate: before.escalate, slots: past.at(-1) }
    const levelSlots = slotsAfter(levels, runbook.escalate, past.length + 1)
    await tx.query(
      'update incident set runbook_hash = $2, bindings = $3, owner = $4, inputs = $5 where number = $1',
      [
        act.number,
        hash,
        JSON.stringify(bindings),
        runbook.owner,
        inputs.length === 0 ? null : JSON.stringify(inputs),
      ],
    )
    const { number, by, atMs } = act
    await leaveMessage(tx, number, { kind: 'rebased', hash, bindings, inputs, levelSlots, by }, atMs)
    await appendEntries(tx, [
      entryOfAct(act, 'runbook.rebased', {
        runbook: incident.name,
        from,
        to: hash,
        ...openedWith(bindings, inputs),
        levelSlots,
        ...(act.reason === undefined ? {} : { reason: act.reason }),
      }),
    ])
    return { from, to: hash, isChange: true }
  })
}

/**
 * The version an incident runs, and the one in force of the same name; null when none is. Throws `not_found`, and `routine_not_moved`
 * or `temporary_in_place` where the one cannot become the other.
 */
export async function readRebase(
  db: Queryable,
  number: string,
): Promise<{ from: LoadedRunbook; to: LoadedRunbook | null }> {
  await mustExist(db, number)
  const { rows } = await db.query<{ from: LoadedRunbook; to: LoadedRunbook | null }>(
    `select jsonb_build_object('hash', v.hash, 'runbook', v.normalised) as "from",
       case when n.hash is null then null else jsonb_build_object('hash', n.hash, 'runbook', n.normalised) end as "to"
     from incident i join runbook_version v on v.hash = i.runbook_hash
     left join runbook_in_force f on f.name = i.runbook_name left join runbook_version n on n.hash = f.hash
     where i.number = $1`,
    [number],
  )
  const { from, to } = rows[0]!
  refuseRun(number, from.runbook)
  if (to === null) return { from, to }
  refuseRoutine(number, to.runbook)
  if (to.hash !== from.hash) await refuseStillApplied(db, number)
  return { from, to }
}

/** A run says that every step of one version was taken: half of one and half of another would say nothing. */
function refuseRun(number: string, { name, schedule }: Runbook): void {
  if (schedule === undefined) return
  throw new CodedError(
    'routine_not_moved',
    `${number} is a run of the routine ${name}, and a run keeps its version.`,
    {
      fields: { number, runbook: name },
    },
  )
}

/** Its steps are a ladder, and those of a routine are a list. */
function refuseRoutine(number: string, { name, schedule }: Runbook): void {
  if (schedule === undefined) return
  throw new CodedError(
    'routine_not_moved',
    `An alert opened ${number}, and ${name} is a routine in the version in force.`,
    {
      fields: { number, runbook: name },
      hint: 'Go on by hand, or put a version that is for alerts in force first: npx paramedic runbook sync',
    },
  )
}

interface MovedIncident {
  name: string
  runbookHash: string
  system: string
  environment: string
  alert: IncidentInput['alert']
  hasStarted: boolean
}

async function readIncident(tx: Queryable, number: string): Promise<MovedIncident> {
  const { rows } = await tx.query<MovedIncident>(
    `select runbook_name as name, runbook_hash as "runbookHash", system, environment, alert,
       workflow_started_at is not null as "hasStarted" from incident where number = $1`,
    [number],
  )
  return rows[0]!
}

/** Share-locked until our commit: who puts another version in force comes wholly before or wholly after. */
async function mustBeInForce(
  tx: Queryable,
  name: string,
  { number, to }: { number: string; to: string },
): Promise<LoadedRunbook> {
  const { rows } = await tx.query<LoadedRunbook>(
    `select f.hash, v.normalised as runbook from runbook_in_force f join runbook_version v using (hash)
     where f.name = $1 for share of f`,
    [name],
  )
  const inForce = rows[0]
  if (inForce?.hash === to) return inForce
  const is = inForce === undefined ? 'none is' : `${inForce.hash.slice(0, 12)} is`
  throw new CodedError('runbook_changed', `Version ${to.slice(0, 12)} of ${name} is not in force; ${is}.`, {
    fields: { number, runbook: name, inForce: inForce?.hash ?? null },
  })
}

/** Temporary steps that are in place, or that a worker is applying. */
async function readStillApplied(tx: Queryable, number: string): Promise<string[]> {
  const running = await readTemporaryRunning(tx, number)
  return [...new Set([...(await readToTakeBack(tx, number)), ...running])].toSorted()
}

/** Which undo belongs to them, on which target, the version says that has applied them. */
async function refuseStillApplied(db: Queryable, number: string): Promise<void> {
  const steps = await readStillApplied(db, number)
  if (steps.length === 0) return
  const message = `In ${number} what ${steps.join(', ')} did for the time of the incident is still in place.`
  throw new CodedError('temporary_in_place', message, { fields: { number, steps } })
}

function notStarted(number: string): CodedError {
  return new CodedError('incident_not_started', `The workflow of ${number} has not begun.`, {
    fields: { number },
  })
}

/** The slots of every move so far, the oldest first. */
async function readMoves(tx: Queryable, number: string): Promise<number[][]> {
  const { rows } = await tx.query<{ slots: number[] }>(
    `select body -> 'levelSlots' as slots from message where incident = $1 and kind = 'rebased' order by id`,
    [number],
  )
  return rows.map(({ slots }) => slots)
}
