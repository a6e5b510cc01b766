/** Drills as `paramedic drill run` runs them, and the floor beside them: workflows that do nothing but wait, on the same engine. */
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import type { Drill } from '../../contracts/drill.ts'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { commonDrills } from '../../drills/common-drills.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { startThrowawayServers } from '../../embedded/throwaway-servers.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { readFileSync } from 'node:fs'
import { runDrillsOn } from '../../rehearsal/drill-runner.ts'
import type { RehearsedRunbook } from '../../rehearsal/drill-set.ts'
import { skipTime } from '../../rehearsal/time-skipping.ts'
import { floorTaskQueue, type waitAndAct } from '../floors/workflows.ts'

export interface DrilledRunbook {
  loaded: RehearsedRunbook
  /** Those that every runbook has, by their names. */
  drills: ReadonlyMap<string, Drill>
}

export interface TimedDrill {
  tookMs: number
  /** How often the engine's clock jumped. */
  skips: number
}

const floorNamespace = 'bench-floor'
/** Of a history. */
const timeSkipped = 60

/** A runbook as it is shipped, and the drills made from it. Throws when it has faults. */
export function readShipped(file: string): DrilledRunbook {
  const path = fileURLToPath(new URL(`../../runbooks/${file}`, import.meta.url))
  const source = readFileSync(path, 'utf8')
  const parsed = parseRunbook(source, path)
  if ('faults' in parsed) throw new Error(`runbooks/${file} has faults; runbook lint shows them.`)
  const { runbook, hash } = parsed
  const { drills } = commonDrills(runbook)
  return {
    loaded: { runbook, hash, file: path, source },
    drills: new Map(drills.map(drill => [drill.name, drill])),
  }
}

/** Servers, a runner of drills and a worker of the floor, all ready. */
export async function startDrills() {
  const servers = await startThrowawayServers({
    of: 'drill',
    part: 'bench',
    needsTemporal: true,
    needsRedis: false,
  })
  const temporalAddress = servers.temporalAddress!
  const namespace = 'bench-drills'
  const runner = await runDrillsOn({ ...servers, temporalAddress, namespace })
  const connection = await Connection.connect({ address: temporalAddress })
  const drills = new Client({ connection, namespace })
  const floor = await startFloor(temporalAddress)

  return {
    run: (drill: Drill, { loaded }: DrilledRunbook) => timed(() => runner.run(drill, loaded)),
    /** As `run`, and counts the skips of a drill that kills nothing. */
    async count(drill: Drill, { loaded }: DrilledRunbook): Promise<TimedDrill> {
      const begun = performance.now()
      const { number } = await runner.run(drill, loaded)
      const tookMs = performance.now() - begun
      const { events } = await drills.workflow.getHandle(incidentWorkflowId(number)).fetchHistory()
      return { tookMs, skips: (events ?? []).filter(({ eventType }) => eventType === timeSkipped).length }
    },
    /** A bare workflow with these waits, milliseconds, an activity after each. */
    wait: floor.wait,
    async stop(): Promise<void> {
      await floor.stop()
      await connection.close()
      await runner.stop()
      await servers.stop()
    },
  }
}

async function startFloor(address: string) {
  await registerNamespace(address, floorNamespace)
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ])
  skipTime(connection)
  const client = new Client({ connection, namespace: floorNamespace })
  const worker = await Worker.create({
    connection: native,
    namespace: floorNamespace,
    taskQueue: floorTaskQueue,
    workflowsPath: fileURLToPath(new URL('../floors/workflows.ts', import.meta.url)),
    activities: { now: async () => Date.now() },
  })
  const running = worker.run()
  let count = 0
  return {
    wait: (waitsMs: readonly number[]) =>
      timed(() =>
        client.workflow.execute<typeof waitAndAct>('waitAndAct', {
          taskQueue: floorTaskQueue,
          workflowId: `floor-${(count += 1)}`,
          args: [waitsMs],
        }),
      ),
    async stop(): Promise<void> {
      worker.shutdown()
      await running
      await Promise.all([native.close(), connection.close()])
    },
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}
