/** Where the targets are that a drill's alert is about. */
import type { TargetPlace } from '../../contracts/configuration/targets.ts'
import type { Drill } from '../../contracts/drill.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import type { Place } from '../../contracts/schedule.ts'
import { bindTargets } from '../../language/bind.ts'

/**
 * What the alert's labels or the schedule say; where they say nothing, the one place that has a target for every role. Returns why
 * there is none.
 */
export function livePlace(
  { given }: Drill,
  { schedule, targets: roles }: Runbook,
  targets: readonly TargetPlace[],
): Place | { problem: string } {
  if (schedule !== undefined) return schedule
  const { system, environment } = given.alert.labels
  if (system !== undefined && environment !== undefined) return { system, environment }
  const places = placesOf(targets).filter(
    place =>
      place.system === (system ?? place.system) && place.environment === (environment ?? place.environment),
  )
  const fitting = places.filter(place =>
    bindTargets(roles, place, targets).every(binding => !('problem' in binding)),
  )
  const [only, ...others] = fitting
  if (only === undefined)
    return { problem: 'no system and environment of the configuration has a target for each of its roles' }
  if (others.length === 0) return only
  const names = fitting.map(place => `${place.system}/${place.environment}`).join(', ')
  return {
    problem: `${names} have a target for each of its roles; the alert of the drill should say which, by its labels`,
  }
}

function placesOf(targets: readonly TargetPlace[]): Place[] {
  const places = new Map(
    targets.map(({ system, environment }) => [
      JSON.stringify([system, environment]),
      { system, environment },
    ]),
  )
  return [...places.values()]
}
