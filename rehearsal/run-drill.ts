/** Runs drills: real workflows, harness and store on the engine of a rehearsal, with a database of each drill's own. */
import { WorkflowNotFoundError } from '@temporalio/client'
import { type Configuration, configurationSchema } from '../contracts/configuration.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import { logChannel } from '../contracts/directory.ts'
import type { Drill } from '../contracts/drill.ts'
import { afterWorkflowId, incidentNumber, incidentWorkflowId } from '../contracts/incident.ts'
import { type LoadedRunbook, roleOf, type Runbook } from '../contracts/runbook.ts'
import type { Place } from '../contracts/schedule.ts'
import type { Happened } from '../drills/happened.ts'
import { createRoutineStarter } from '../intake/begin-routines.ts'
import { changeInForce } from '../store/change-in-force.ts'
import type { Pool } from '../store/database.ts'
import { actsAreDueSignal } from './due-acts.ts'
import { actsOf } from './drill-acts.ts'
import { createDrillAlert, type DrillAlert } from './drill-alert.ts'
import { createDrillClock } from './drill-clock.ts'
import type { DrillDatabases } from './drill-databases.ts'
import { begins, horizonOf } from './drill-times.ts'
import { createDrillWorld } from './drill-world.ts'
import { functionsCalled } from './functions-called.ts'
import { readHappened } from './read-happened.ts'
import { type Rehearsal, startRehearsal } from './rehearsal.ts'
import type { Stage } from './stage.ts'
import type { ScriptedAct } from './script-activities.ts'
import { unreachableTarget } from './unreachable-targets.ts'

export interface DrillRunner {
  /** Any number of them may run at once. Throws when the drill could not be run to its end. */
  run(drill: Drill, loaded: RehearsedRunbook): Promise<Happened>
  stop(): Promise<void>
}

export interface RehearsedRunbook extends LoadedRunbook {
  file: string
  source: string
}

/** Incidents that one drill may open a day. */
const numbersOfADrill = 100
/** A drill that shows nothing new for so long on the real clock hangs. */
const hangsAfterMs = 90_000
const deliveredWithinMs = 20_000
const minuteMs = 60_000

export async function startDrillRunner(engine: {
  temporalAddress: string
  namespace: string
  databases: DrillDatabases
}): Promise<DrillRunner> {
  const { databases, namespace, temporalAddress } = engine
  const begin = new Map<string, number>()
  const rehearsal = await startRehearsal({
    temporalAddress,
    namespace,
    startDelay: workflowId => {
      const openedAtMs = begin.get(workflowId)
      return openedAtMs === undefined ? undefined : openedAtMs - Date.now()
    },
  })
  let count = 0

  async function run(drill: Drill, loaded: RehearsedRunbook): Promise<Happened> {
    const index = count
    count += 1
    const { pool, drop } = await databases.open()
    try {
      return await play(rehearsal, begin, { drill, loaded, pool, index })
    } finally {
      drop()
    }
  }
  return { run, stop: () => rehearsal.stop() }
}

interface Performance {
  drill: Drill
  loaded: RehearsedRunbook
  pool: Pool
  /** Of all drills of the runner: incidents have numbers of its own. */
  index: number
}

async function play(
  rehearsal: Rehearsal,
  begin: Map<string, number>,
  { drill, loaded, pool, index }: Performance,
): Promise<Happened> {
  const { runbook } = loaded
  const openedAtMs = begins(drill.given.at, runbook, Date.now())
  const clock = createDrillClock(openedAtMs)
  const alert = createDrillAlert(drill)
  const { targets, roleOfTarget } = targetsOf(drill, runbook, placeOf(runbook, alert))
  const world = createDrillWorld(drill, runbook, clock, roleOfTarget)
  const refused: Happened['refused'] = []
  const script = actsOf(drill, { clock, alert, refused, crash: () => Promise.reject(new Error('not here')) })
  await numberFrom(pool, openedAtMs, index * numbersOfADrill)
  const stage = rehearsal.stage({
    pool,
    configuration: configurationOf(runbook, targets),
    runbooks: [loaded],
    target: () => world.target,
    script: (_, during) => (during === 'incident' ? script : []),
    endsAfterMs: horizonOf(drill, runbook),
    owns: incident => Math.floor((Number(incident.split('-').at(-1)) - 1) / numbersOfADrill) === index,
    tellsNews: true,
    afterActivity: gatesCallActs(rehearsal, pool, script),
  })
  try {
    const number = await open(pool, stage, { alert, loaded, openedAtMs, begin, targets })
    await ended(rehearsal, number)
    return await readHappened(pool, number, clock, stage, world, refused)
  } finally {
    rehearsal.leave(stage)
  }
}

/** Resolves when the incident's workflow has ended; what goes on after it is nobody's any more. */
async function ended({ client }: Rehearsal, number: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `the drill did not come to an end within ${hangsAfterMs / 1_000} s`
    timer = setTimeout(() => reject(new Error(text)), hangsAfterMs)
  })
  try {
    await Promise.race([client.workflow.getHandle(incidentWorkflowId(number)).result(), late])
  } finally {
    clearTimeout(timer)
    for (const workflowId of [incidentWorkflowId(number), afterWorkflowId(number)])
      await client.workflow.getHandle(workflowId).terminate('the drill is over').catch(isOver)
  }
}

/** There is nothing to end: it has ended, or it was never begun. */
function isOver(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error
}

interface Opening {
  alert: DrillAlert
  loaded: RehearsedRunbook
  openedAtMs: number
  begin: Map<string, number>
  targets: readonly TargetConfiguration[]
}

/** By its alert, or as a worker would that looks at its routines then. Returns the incident's number. */
async function open(
  pool: Pool,
  stage: Stage,
  { alert, loaded, openedAtMs, begin, targets }: Opening,
): Promise<string> {
  const { runbook } = loaded
  await changeInForce(pool, { way: 'sync', by: 'drill', atMs: openedAtMs - minuteMs }, now => ({
    inForce: [...now.runbooks, loaded],
    heldBack: [],
  }))
  const day = new Date(openedAtMs).toISOString().slice(0, 10)
  const { rows } = await pool.query<{ last: number }>('select last from incident_day where day = $1', [day])
  // Known before it is opened: the hours until then are skipped as its workflow starts.
  const number = incidentNumber(day, rows[0]!.last + 1)
  begin.set(incidentWorkflowId(number), openedAtMs)
  if (runbook.schedule === undefined) await alert.report(pool, 'fires', {}, openedAtMs)
  else {
    const log = { error: (fields: object, message: string) => console.error(message, fields) }
    await createRoutineStarter(pool, { runbooks: async () => [loaded], targets, log }).pass(openedAtMs)
  }
  await stage.relayAll(deliveredWithinMs, openedAtMs)
  begin.delete(incidentWorkflowId(number))
  return number
}

function placeOf({ schedule }: Runbook, { system, environment }: DrillAlert): Place {
  return schedule === undefined ? { system, environment } : schedule
}

interface DrillTargets {
  targets: TargetConfiguration[]
  roleOfTarget(name: string): string
}

/** One for each role, or as many as the drill says. */
function targetsOf({ given }: Drill, runbook: Runbook, { system, environment }: Place): DrillTargets {
  const named = Object.entries(runbook.targets).flatMap(([role, written]) => {
    const { kind, group } = roleOf(written)
    return (given.targets[role] ?? [role]).map(name => ({
      name,
      role,
      kind,
      system,
      environment,
      autonomy: given.autonomy,
      ...(group === undefined ? {} : { group }),
    }))
  })
  const roles = new Map(named.map(({ name, role }) => [name, role]))
  return { targets: named.map(unreachableTarget), roleOfTarget: name => roles.get(name) ?? '' }
}

/** Behind each name that the runbook calls or tells somebody is reached. */
function configurationOf(runbook: Runbook, targets: TargetConfiguration[]): Configuration {
  const contacts = functionsCalled(runbook).map(name => ({
    name,
    functions: [name],
    reach: [{ channel: logChannel, to: name }],
  }))
  const configuration = configurationSchema.parse({
    apiVersion: 'paramedic/v1',
    kind: 'Configuration',
    contacts,
  })
  return { ...configuration, targets }
}

/** Incidents of the days around the opening are counted from here. */
async function numberFrom(pool: Pool, openedAtMs: number, last: number): Promise<void> {
  await pool.query(
    `insert into incident_day (day, last)
     select ($1::date + days)::date, $2 from generate_series(-1, 30) as days`,
    [new Date(openedAtMs), last],
  )
}

/** After each activity: gates that it has opened call the acts that wait for them. */
function gatesCallActs(rehearsal: Rehearsal, pool: Pool, script: readonly ScriptedAct[]) {
  const waiting = new Set(script.filter(({ onGate }) => onGate !== undefined))
  return async (): Promise<void> => {
    if (waiting.size === 0) return
    const { rows } = await pool.query<{ incident: string; step: string }>(
      `select incident, step from gate where state = 'open'`,
    )
    for (const { incident, step } of rows) {
      const called = [...waiting].filter(({ onGate }) => onGate === step)
      if (called.length === 0) continue
      for (const act of called) waiting.delete(act)
      const due = called.map(act => ({ index: script.indexOf(act), afterMs: act.afterMs }))
      await rehearsal.client.workflow.getHandle(incidentWorkflowId(incident)).signal(actsAreDueSignal, due)
    }
  }
}
