/** Where drills are played by people, one after the other, on an engine of their own. */
import { randomBytes } from 'node:crypto'
import type { Drill } from '../contracts/drill.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import { registerNamespace } from '../embedded/temporal-namespace.ts'
import { openDrillDatabases } from './drill-databases.ts'
import { type DrillServers, startDrillServers } from './drill-runner.ts'
import type { RehearsedRunbook } from './drill-set.ts'
import { type Play, playDrill } from './play-drill.ts'
import { openTheatre } from './theatre.ts'

export interface DrillPlayer {
  /** Lets `attend` play until it resolves; returns what is on record then. */
  play(drill: Drill, loaded: RehearsedRunbook, attend: (play: Play) => Promise<void>): Promise<IncidentDetail>
  stop(): Promise<void>
}

/** On servers of its own. `say` hears what takes long. Throws SetupError when something is missing. */
export async function startDrillPlayer(options: { say(line: string): void }): Promise<DrillPlayer> {
  const servers = await startDrillServers(options)
  const player = await playDrillsOn(servers)
  return {
    ...player,
    async stop() {
      await player.stop()
      await servers.stop()
    },
  }
}

/** On servers that are there, and stay. */
export async function playDrillsOn({ temporalAddress, postgresUrl }: DrillServers): Promise<DrillPlayer> {
  const namespace = `play-${randomBytes(4).toString('hex')}`
  const [databases] = await Promise.all([
    openDrillDatabases(postgresUrl),
    registerNamespace(temporalAddress, namespace),
  ])
  const theatre = await openTheatre({ temporalAddress, namespace, timePasses: true })
  return {
    play: (drill, loaded, attend) =>
      databases.lend((database, index) => playDrill(theatre, { drill, loaded, database, index }, attend)),
    async stop() {
      await theatre.stop()
      await databases.close()
    },
  }
}
