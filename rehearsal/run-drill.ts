/** Runs drills: real workflows, harness and store on the engine of a rehearsal, with a database of each drill's own. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client'
import { afterWorkflowId, incidentNumber, incidentWorkflowId } from '../contracts/incident.ts'
import type { Happened } from '../drills/happened.ts'
import { createRoutineStarter } from '../intake/begin-routines.ts'
import { changeInForce } from '../store/change-in-force.ts'
import type { Pool } from '../store/database.ts'
import type { DrillDatabase } from './drill-databases.ts'
import type { DrillSet } from './drill-set.ts'
import { actsAreDueSignal } from './due-acts.ts'
import { readHappened } from './read-happened.ts'
import type { ScriptedAct } from './script-activities.ts'
import type { Stage, StageOptions } from './stage.ts'

export interface Theatre {
  client: Client
  /** When the workflow of an incident that is about to be opened begins; hours before it are skipped. */
  beginAt(workflowId: string, ms: number): void
  put(options: StageOptions): Promise<Stage>
  leave(stage: Stage): Promise<void>
}

/** Incidents that one drill may open a day. */
const numbersOfADrill = 100
/** Ten times what the slowest of the shipped drills takes on a busy machine. */
const endsWithinMs = 180_000
export const deliveredWithinMs = 20_000
const minuteMs = 60_000
const askAgainMs = 100
/** Of gRPC. */
const unavailable = 14

/**
 * Plays it to its end. Throws when that does not come.
 * @param index of all drills in the theatre: its incidents have numbers of their own.
 */
export async function runDrill(
  theatre: Theatre,
  set: DrillSet,
  { pool }: DrillDatabase,
  index: number,
): Promise<Happened> {
  await numberFrom(pool, set.clock.openedAtMs, index)
  const stage = await theatre.put({
    ...scripted(theatre, set, pool, index),
    endsAfterMs: set.endsAfterMs,
  })
  try {
    const number = await open(theatre, stage, set, pool)
    await ended(theatre.client, number)
    return await readHappened(pool, number, set, stage)
  } finally {
    await theatre.leave(stage)
  }
}

/**
 * Resolves when the incident's workflow has ended, or `over` says that this is enough; what goes on then is nobody's any more.
 * Throws when neither comes.
 */
export async function ended(client: Client, number: string, over = never): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `the drill did not come to an end within ${endsWithinMs / 1_000} s`
    timer = setTimeout(() => reject(new Error(text)), endsWithinMs)
  })
  try {
    await Promise.race([result(client, number), over, late])
  } finally {
    clearTimeout(timer)
    await endWorkflows(client, number)
  }
}

const never = new Promise<void>(() => undefined)

export async function endWorkflows(client: Client, number: string): Promise<void> {
  for (const workflowId of [incidentWorkflowId(number), afterWorkflowId(number)])
    await client.workflow.getHandle(workflowId).terminate('the drill is over').catch(isOver)
}

/** An engine that is gone comes back: some drills kill it. */
export async function result(client: Client, number: string): Promise<void> {
  for (;;) {
    try {
      return await client.workflow.getHandle(incidentWorkflowId(number)).result()
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== unavailable) throw error
      await delay(askAgainMs)
    }
  }
}

/** There is nothing to end: it has ended, or it was never begun. */
function isOver(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error
}

/** By its alert, or as a worker would that looks at its routines then. Returns the incident's number. */
export async function open(
  theatre: Theatre,
  stage: Stage,
  { alert, clock, configuration, loaded }: DrillSet,
  pool: Pool,
): Promise<string> {
  const { openedAtMs } = clock
  await changeInForce(pool, { way: 'sync', by: 'drill', atMs: openedAtMs - minuteMs }, now => ({
    inForce: [...now.runbooks, loaded],
    heldBack: [],
  }))
  const day = new Date(openedAtMs).toISOString().slice(0, 10)
  const { rows } = await pool.query<{ last: number }>('select last from incident_day where day = $1', [day])
  const number = incidentNumber(day, rows[0]!.last + 1)
  clock.begin()
  // Known before it is opened, because its opening starts it.
  theatre.beginAt(incidentWorkflowId(number), openedAtMs)
  if (loaded.runbook.schedule === undefined) await alert.report(pool, 'fires', {}, openedAtMs)
  else {
    const log = { error: (fields: object, message: string) => console.error(message, fields) }
    const intake = { runbooks: async () => [loaded], targets: configuration.targets, log }
    await createRoutineStarter(pool, intake).pass(openedAtMs)
  }
  await stage.relayAll(deliveredWithinMs, openedAtMs)
  return number
}

export function isOfDrill(incident: string, index: number): boolean {
  return Math.floor((Number(incident.split('-').at(-1)) - 1) / numbersOfADrill) === index
}

/** Incidents of the days around the opening have the numbers of this drill. */
export async function numberFrom(pool: Pool, openedAtMs: number, index: number): Promise<void> {
  await pool.query(
    `insert into incident_day (day, last)
     select ($1::date + days)::date, $2 from generate_series(-1, 30) as days`,
    [new Date(openedAtMs), index * numbersOfADrill],
  )
}

/** A stage on which targets, alerts and people do what the drill says. */
export function scripted(
  { client }: Theatre,
  { configuration, loaded, script, world }: DrillSet,
  pool: Pool,
  index: number,
): StageOptions {
  return {
    pool,
    configuration,
    runbooks: [loaded],
    target: () => world.target,
    script: (_, during) => (during === 'incident' ? script : []),
    owns: incident => isOfDrill(incident, index),
    tellsNews: true,
    afterActivity: gatesCallActs(client, pool, script),
  }
}

/** After each activity: gates that it has opened call the acts that wait for them. */
function gatesCallActs(client: Client, pool: Pool, script: readonly ScriptedAct[]) {
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
      await client.workflow.getHandle(incidentWorkflowId(incident)).signal(actsAreDueSignal, due)
    }
  }
}
