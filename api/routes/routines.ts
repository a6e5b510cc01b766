import { routineList, type RoutineView } from '../../contracts/schedule-views.ts'
import type { RunbookInForce } from '../../contracts/runbook-registry.ts'
import { timesAfter } from '../../language/occurrences.ts'
import type { Pool } from '../../store/database.ts'
import { type DecidedTime, readLastRuns } from '../../store/routines.ts'
import { readInForce } from '../../store/runbooks-in-force.ts'
import { documented } from '../documented.ts'
import type { Api } from '../validation.ts'

const timesShown = 3
const runsShown = 5

/** The runbooks that run at times: when they will, and what became of it when they should have. */
export function routineRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/routines', listing, async () => {
    const inForce = await readInForce(pool)
    const names = inForce.filter(({ runbook }) => runbook.schedule !== undefined).map(({ name }) => name)
    const last = await readLastRuns(pool, names, runsShown)
    return { routines: inForce.flatMap(one => routineView(one, last.get(one.name) ?? [], clock())) }
  })
}

function routineView({ name, runbook }: RunbookInForce, last: DecidedTime[], nowMs: number): RoutineView[] {
  const { title, owner, schedule } = runbook
  if (schedule === undefined) return []
  const next = timesAfter(schedule, nowMs, timesShown).map(ms => new Date(ms).toISOString())
  const runs = last.map(({ dueAt, state, incident, because, decidedAt }) => ({
    dueAt,
    state,
    incident,
    because,
    decidedAt,
  }))
  return [{ name, title, owner, ...schedule, next, last: runs }]
}

const listing = documented({
  access: 'runbooks.read',
  chapter: 'Runbooks',
  id: 'listRoutines',
  summary: 'List the routines',
  description: 'The runbooks that run at times: their next ones, and what became of the last.',
  schema: { response: { 200: routineList } },
  examples: { none: { summary: 'No runbook in force has a schedule', reply: { routines: [] } } },
})
