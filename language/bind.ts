/** Gives a runbook's roles the targets of one place. Pure and safe in the workflow sandbox. */
import type { Binding } from '../contracts/runbook.ts'
import type { TargetKind } from '../contracts/targets/definition.ts'

/** What binding needs to know of a configured target. */
export interface BindableTarget {
  name: string
  kind: TargetKind
  system: string
  environment: string
  role: string
  site?: string | undefined
}

/**
 * Binds each role to the one target with that role and kind in the alert's system and environment. None or several
 * is a problem to show to people, never a guess.
 */
export function bindTargets(
  roles: Record<string, TargetKind>,
  place: { system: string; environment: string },
  targets: readonly BindableTarget[],
): Binding[] {
  const here = targets.filter(
    target => target.system === place.system && target.environment === place.environment,
  )
  return Object.entries(roles).map(([role, kind]) => bindRole(role, kind, here))
}

function bindRole(role: string, kind: TargetKind, here: readonly BindableTarget[]): Binding {
  const fitting = here.filter(target => target.role === role && target.kind === kind)
  const candidates = fitting.map(target => target.name).sort()
  const [only] = fitting
  if (only === undefined) return { role, kind, problem: 'unbound', candidates }
  if (fitting.length > 1) return { role, kind, problem: 'ambiguous', candidates }
  return { role, kind, target: only.name, ...(only.site === undefined ? {} : { site: only.site }) }
}
