import { parseMatch } from './choose-runbook.ts'
import { canBothHold, type Ways, waysOf } from './condition-logic.ts'
import type { ConfiguredTarget } from './configured.ts'

/**
 * The targets that an incident of this runbook can bind: of places whose alerts its `match` does not exclude. A `match` that
 * asks for `alert.labels.system == "shop"` reaches none of another system; one that cannot be read, or is not there, reaches all.
 */
export function reachableTargets(
  match: unknown,
  targets: readonly ConfiguredTarget[],
): readonly ConfiguredTarget[] {
  const ways = typeof match === 'string' ? readWays(match) : undefined
  return ways === undefined ? targets : targets.filter(({ place }) => canBothHold(ways, alertsOf(place)))
}

function alertsOf(place: string): Ways {
  const [system, environment] = JSON.parse(place) as [string, string]
  const labels = { system, environment }
  const terms = Object.entries(labels).map(
    ([label, value]) => `alert.labels.${label} == ${JSON.stringify(value)}`,
  )
  // Two equalities are one way.
  return waysOf(parseMatch(terms.join(' && '))) ?? []
}

/** Undefined for what does not parse, which is told elsewhere, or has too many ways to say anything. */
function readWays(match: string): Ways | undefined {
  try {
    return waysOf(parseMatch(match))
  } catch {
    return undefined
  }
}
