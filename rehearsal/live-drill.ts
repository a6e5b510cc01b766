/** The alert of a drill in a rehearsal whose targets are real: they are measured and planned on, and nothing is changed. */
import { checks } from '../activities/targets/implementations.ts'
import { showIncident } from '../api/show-incident.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import type { Drill } from '../contracts/drill.ts'
import type { TimelineKind } from '../contracts/timeline.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import type { Pool } from '../store/database.ts'
import type { DrillDatabase } from './drill-databases.ts'
import { createDrillSet, type RehearsedRunbook } from './drill-set.ts'
import { readOnlyActions } from './read-only-actions.ts'
import { ended, isOfDrill, numberFrom, open, type Theatre } from './run-drill.ts'

/** Then there is nothing more that it would do by itself. */
const lastKinds: TimelineKind[] = ['ladder.exhausted', 'routine.stopped', 'incident.closed']

/**
 * Goes on until no step is left, with the alert firing and nobody there. Returns what is on record then. Throws when it does not
 * come to an end.
 * @param given.targets those of a configuration, whatever their autonomy and site: they are asked from here.
 * @param given.index of all drills in the theatre.
 */
export async function lookLive(
  theatre: Theatre,
  given: {
    drill: Drill
    loaded: RehearsedRunbook
    targets: readonly TargetConfiguration[]
    database: DrillDatabase
    index: number
  },
): Promise<IncidentDetail> {
  const { loaded, index } = given
  const { pool } = given.database
  const drill: Drill = { ...given.drill, events: [], crashes: [] }
  const scripted = createDrillSet(drill, loaded, () => Promise.resolve())
  const configuration = { ...scripted.configuration, targets: given.targets.map(observed) }
  const set = { ...scripted, configuration }
  await numberFrom(pool, set.clock.openedAtMs, index)
  const over = Promise.withResolvers<void>()
  const stage = await theatre.put({
    pool,
    configuration,
    runbooks: [loaded],
    reads: { checks, actions: readOnlyActions },
    script: () => [],
    endsAfterMs: set.endsAfterMs,
    owns: incident => isOfDrill(incident, index),
    async afterActivity() {
      if (await isOver(pool)) over.resolve()
    },
  })
  try {
    const number = await open(theatre, stage, set, pool)
    await ended(theatre.client, number, over.promise)
    return await showIncident(pool, number, Date.now())
  } finally {
    await theatre.leave(stage)
  }
}

/** Planned and left alone, by the harness's own rule; and no worker of a site is needed to ask it. */
function observed(target: TargetConfiguration): TargetConfiguration {
  return { ...target, autonomy: 'observe', site: undefined }
}

async function isOver(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from audit_entry where content::jsonb ->> 'kind' = any ($1) limit 1`,
    [lastKinds],
  )
  return rowCount === 1
}
