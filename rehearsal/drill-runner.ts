/** Where drills are run: one engine for all of them, and processes of their own for those that kill some. */
import { randomBytes } from 'node:crypto'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { Drill } from '../contracts/drill.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import type { Happened } from '../drills/happened.ts'
import { findTemporalProgram } from '../embedded/temporal-program.ts'
import { registerNamespace } from '../embedded/temporal-namespace.ts'
import { type MortalTemporal, startThrowawayServers } from '../embedded/throwaway-servers.ts'
import { openDrillDatabases } from './drill-databases.ts'
import { createDrillSet, type RehearsedRunbook } from './drill-set.ts'
import { lookLive } from './live-drill.ts'
import { runOnOwnEngine } from './own-engine.ts'
import { runOnOwnWorker } from './own-worker.ts'
import { runDrill } from './run-drill.ts'
import { openTheatre } from './theatre.ts'

export interface DrillRunner {
  /** Any number of them may run at once. Throws when the drill could not be run to its end. */
  run(drill: Drill, loaded: RehearsedRunbook): Promise<Happened>
  /** Its alert alone, on real targets that are measured and planned on, and never changed; see live-drill.ts. */
  look(
    drill: Drill,
    loaded: RehearsedRunbook,
    targets: readonly TargetConfiguration[],
  ): Promise<IncidentDetail>
  stop(): Promise<void>
}

/** Servers of its own, whatever the environment names. `say` hears what takes long. Throws SetupError when something is missing. */
export async function startDrillRunner(options: { say(line: string): void }): Promise<DrillRunner> {
  const servers = await startDrillServers(options)
  const runner = await runDrillsOn(servers)
  return {
    ...runner,
    async stop() {
      await runner.stop()
      await servers.stop()
    },
  }
}

/** Throws SetupError when something is missing. */
export async function startDrillServers({
  say,
}: {
  say(line: string): void
}): Promise<DrillServers & { stop(): Promise<void> }> {
  await findTemporalProgram({ say })
  say('starting a PostgreSQL and a Temporal server of its own')
  const servers = await startThrowawayServers({
    of: 'drill',
    part: 'servers',
    needsTemporal: true,
    needsRedis: false,
  })
  return { ...servers, temporalAddress: servers.temporalAddress! }
}

export interface DrillServers {
  temporalAddress: string
  postgresUrl: string
  /** Where the incidents' workflows are; it is registered. Default: one of this runner's own. */
  namespace?: string
  /** For drills that kill theirs; without it they cannot be run. */
  startTemporal?(name: string): Promise<MortalTemporal>
}

/** On servers that are there, and stay. */
export async function runDrillsOn({
  temporalAddress,
  postgresUrl,
  namespace = `drills-${randomBytes(4).toString('hex')}`,
  startTemporal,
}: DrillServers): Promise<DrillRunner> {
  const [databases] = await Promise.all([
    openDrillDatabases(postgresUrl),
    registerNamespace(temporalAddress, namespace),
  ])
  const theatre = await openTheatre({ temporalAddress, namespace })

  const run = (drill: Drill, loaded: RehearsedRunbook): Promise<Happened> =>
    databases.lend(async (database, index) => {
      if (kills(drill, 'engine')) return await runOnOwnEngine({ drill, loaded, database, startTemporal })
      if (kills(drill, 'worker')) return await runOnOwnWorker({ drill, loaded, database, temporalAddress })
      const set = createDrillSet(drill, loaded, () => Promise.reject(new Error('nothing is to be killed')))
      return await runDrill(theatre, set, database, index)
    })
  const look: DrillRunner['look'] = (drill, loaded, targets) =>
    databases.lend((database, index) => lookLive(theatre, { drill, loaded, targets, database, index }))
  async function stop(): Promise<void> {
    await theatre.stop()
    await databases.close()
  }
  return { run, look, stop }
}

/** What is killed takes with it whatever else it does. */
function kills({ crashes, events }: Drill, what: 'worker' | 'engine'): boolean {
  return (
    (what === 'worker' && crashes.length > 0) ||
    events.some(event => event.kind === 'crash' && event.of === what)
  )
}
