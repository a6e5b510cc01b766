/** Gives a runbook's roles the targets of one place. Pure and safe in the workflow sandbox. */
import { limits } from '../contracts/limits.ts'
import { type Binding, type Role, roleOf, type Runbook } from '../contracts/runbook.ts'
import type { TargetKind } from '../contracts/targets/definition.ts'

/** What binding needs to know of a configured target. */
export interface BindableTarget {
  name: string
  kind: TargetKind
  system: string
  environment: string
  role: string
  group?: string | undefined
  site?: string | undefined
}

/**
 * Binds each role to the one target with that role and kind in the alert's system and environment, or, where the role says so,
 * to all of them. None or several is a problem to show to people, never a guess.
 */
export function bindTargets(
  roles: Runbook['targets'],
  place: { system: string; environment: string },
  targets: readonly BindableTarget[],
): Binding[] {
  const here = targets.filter(
    target => target.system === place.system && target.environment === place.environment,
  )
  return Object.entries(roles).map(([role, written]) => bindRole(role, roleOf(written), here))
}

function bindRole(role: string, { kind, group, many }: Role, here: readonly BindableTarget[]): Binding {
  const fitting = here
    .filter(target => target.role === role && target.kind === kind)
    .filter(target => group === undefined || target.group === group)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const candidates = fitting.slice(0, limits.targetsPerRole).map(target => target.name)
  const [only] = fitting
  if (only === undefined) return { role, kind, problem: 'unbound', candidates }
  if (many === true) {
    if (fitting.length > limits.targetsPerRole) return { role, kind, problem: 'too many', candidates }
    return { role, kind, members: fitting.map(placed) }
  }
  if (fitting.length > 1) return { role, kind, problem: 'ambiguous', candidates }
  return { role, kind, ...placed(only) }
}

function placed({ name, site }: BindableTarget): { target: string; site?: string } {
  return { target: name, ...(site === undefined ? {} : { site }) }
}
