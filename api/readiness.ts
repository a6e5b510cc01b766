import type { DependencyView, ReadinessView } from '../contracts/views.ts'
import type { Pool } from '../store/database.ts'
import { readFaultyFiles } from '../store/runbooks-in-force.ts'
import { withinDatabaseWait } from './database-wait.ts'
import { measured } from './measured-dependency.ts'
import type { TemporalHealth } from './temporal-health.ts'

export interface Readiness {
  /** Everything an incident needs: PostgreSQL, Temporal, a worker. */
  check(): Promise<ReadinessView>
  /** Only what taking an alert needs: PostgreSQL. Load balancers ask this, or Temporal's trouble would turn alerts away. */
  checkIntake(): Promise<ReadinessView>
}

/** A probe should answer within a second; a database slower than that is no place to send traffic to. */
const databaseAnswersWithinMs = 1_000

export function createReadiness(pool: Pool, temporal: TemporalHealth | undefined): Readiness {
  const askDatabase = (): Promise<DependencyView> =>
    measured('postgresql', async () => {
      await withinDatabaseWait(() => pool.query('select 1'), databaseAnswersWithinMs)
      return null
    })
  /** A silent PostgreSQL is told as what it is; nothing is known of runbooks then. */
  const askRunbooks = async (): Promise<Pick<ReadinessView, 'faultyRunbooks'>> => {
    try {
      const faulty = await withinDatabaseWait(() => readFaultyFiles(pool), databaseAnswersWithinMs)
      return { faultyRunbooks: faulty.map(({ file }) => file) }
    } catch {
      return {}
    }
  }
  return {
    async check() {
      const [database, others, runbooks] = await Promise.all([
        askDatabase(),
        temporal?.check(),
        askRunbooks(),
      ])
      return { ...toView([database, ...(others?.dependencies ?? [])]), ...runbooks }
    },
    checkIntake: async () => toView([await askDatabase()]),
  }
}

// A faulty runbook makes nothing unready: incidents go on with its last good version, and a service that is taken away would not.
function toView(dependencies: DependencyView[]): ReadinessView {
  return { isReady: dependencies.every(({ isUp }) => isUp), dependencies }
}
