/** A drill that kills the engine has one of its own. */
import type { Drill } from '../contracts/drill.ts'
import type { Happened } from '../drills/happened.ts'
import { registerNamespace } from '../embedded/temporal-namespace.ts'
import type { MortalTemporal } from '../embedded/throwaway-servers.ts'
import type { DrillDatabase } from './drill-databases.ts'
import { createDrillSet, type RehearsedRunbook } from './drill-set.ts'
import { runDrill } from './run-drill.ts'
import { openTheatre } from './theatre.ts'

const namespace = 'drill'

/** Throws when no engine can be started for it. */
export async function runOnOwnEngine(given: {
  drill: Drill
  loaded: RehearsedRunbook
  database: DrillDatabase
  startTemporal: ((name: string) => Promise<MortalTemporal>) | undefined
}): Promise<Happened> {
  const { drill, loaded, database, startTemporal } = given
  if (drill.crashes.length > 0 || drill.events.some(event => event.kind === 'crash' && event.of === 'worker'))
    throw new Error('a drill kills the worker or the engine, not both')
  if (startTemporal === undefined) throw new Error('no engine can be started here that may be killed')
  const engine = await startTemporal(database.name)
  try {
    await registerNamespace(engine.address, namespace)
    const theatre = await openTheatre({ temporalAddress: engine.address, namespace })
    try {
      return await runDrill(
        theatre,
        createDrillSet(drill, loaded, () => engine.crash()),
        database,
        0,
      )
    } finally {
      await theatre.stop()
    }
  } finally {
    await engine.end()
  }
}
