import { statusView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { readFreeze } from '../../store/freezes.ts'
import { readRunbooksState } from '../../store/runbooks-in-force.ts'
import { countWork, findStuck } from '../../store/waiting-work.ts'
import { documented } from '../documented.ts'
import { unfrozen } from '../examples.ts'
import type { Readiness } from '../readiness.ts'
import { adviseOnFailures, adviseOnStuck } from '../../supervision/advice.ts'
import { showSupervision, withoutFindings } from '../show-supervision.ts'
import type { TemporalHealth } from '../temporal-health.ts'
import type { Api } from '../validation.ts'

interface Dependencies {
  pool: Pool
  readiness: Readiness
  temporal?: TemporalHealth
  clock: () => number
  version: string
}

/** The operator's one look: what is up, what is under way, what waits too long and what to do about it. */
export function statusRoute(app: Api, { pool, readiness, temporal, clock, version }: Dependencies): void {
  app.get('/v1/status', readingStatus, async () => {
    const [{ isReady, dependencies }, check, freeze, runbooks, counts, stuck, supervision] =
      await Promise.all([
        readiness.check(),
        temporal?.check(),
        readFreeze(pool),
        readRunbooksState(pool),
        countWork(pool),
        findStuck(pool, clock()),
        showSupervision(pool),
      ])
    const isFailingTold = supervision.findings.some(({ kind }) => kind === 'task-failures')
    const failures = isFailingTold ? [] : adviseOnFailures(check?.workflowsWithTaskFailures ?? 0)
    const untold = withoutFindings(stuck, supervision).map(adviseOnStuck)
    const sites = check?.sites ?? []
    const found = { sites, stuck: [...untold, ...failures], supervision }
    return { version, isReady, dependencies, freeze, runbooks, ...counts, ...found }
  })
}

const readingStatus = documented({
  access: 'service.read',
  chapter: 'Service',
  id: 'readStatus',
  summary: 'How is Paramedic itself?',
  description: 'What is up, how much waits, and what waits too long with what to do about it.',
  schema: { response: { 200: statusView } },
  examples: {
    well: {
      summary: 'Everything is up, one incident is open',
      reply: {
        version: '0.1.0',
        isReady: true,
        dependencies: [{ name: 'postgresql', isUp: true, tookMs: 6, problem: null }],
        freeze: unfrozen,
        runbooks: { inForce: 2, faultyFiles: [] },
        openIncidents: 1,
        openGates: 0,
        undeliveredMessages: 0,
        waitingAlerts: 0,
        quarantinedAlerts: 0,
        mutedAlerts: 0,
        sites: [],
        stuck: [],
        supervision: { lastLookAt: '2026-03-14T03:05:00.000Z', findings: [] },
      },
    },
  },
})
