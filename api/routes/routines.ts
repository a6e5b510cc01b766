import type { RunbookInForce } from '../../contracts/runbook-registry.ts'
import type { RoutineView } from '../../contracts/schedule-views.ts'
import { startRoutine } from '../../intake/start-routine.ts'
import type { BindableTarget } from '../../language/bind.ts'
import { timesAfter } from '../../language/occurrences.ts'
import type { Pool } from '../../store/database.ts'
import { type DecidedTime, readLastRuns } from '../../store/routines.ts'
import { readInForce } from '../../store/runbooks-in-force.ts'
import { checkVerb, principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import { listing, starting } from './routines-declared.ts'

const timesShown = 3
const runsShown = 5

interface Dependencies {
  pool: Pool
  places?: readonly BindableTarget[]
  clock: () => number
}

/** The runbooks that run at times: when they will, what became of it when they should have, and a run that a person starts now. */
export function routineRoutes(app: Api, { pool, places = [], clock }: Dependencies): void {
  app.get('/v1/routines', listing, async () => {
    const inForce = await readInForce(pool)
    const names = inForce.filter(({ runbook }) => runbook.schedule !== undefined).map(({ name }) => name)
    const last = await readLastRuns(pool, names, runsShown)
    return { routines: inForce.flatMap(one => routineView(one, last.get(one.name) ?? [], clock())) }
  })

  app.post('/v1/routines/:name/run', starting, async request => {
    const { inputs = {}, ...place } = request.body
    const principal = principalOf(request)
    if (Object.keys(place).length > 0) checkVerb(principal, 'runbooks.run-elsewhere')
    const asked = { name: request.params.name, by: principal.name, atMs: clock(), place, inputs }
    const { closesAtMs, ...begun } = await startRoutine(pool, places, asked)
    return { ...begun, closesAt: new Date(closesAtMs).toISOString() }
  })
}

function routineView({ name, runbook }: RunbookInForce, last: DecidedTime[], nowMs: number): RoutineView[] {
  const { title, owner, schedule } = runbook
  if (schedule === undefined) return []
  const next = timesAfter(schedule, nowMs, timesShown).map(ms => new Date(ms).toISOString())
  const runs = last.map(({ dueAt, state, incident, because, startedBy, decidedAt }) => ({
    dueAt,
    state,
    incident,
    because,
    startedBy,
    decidedAt,
  }))
  return [{ name, title, owner, ...schedule, next, last: runs }]
}
