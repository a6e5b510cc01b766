import { CodedError } from '../../contracts/coded-error.ts'
import type { TargetIdentity } from '../../contracts/plan.ts'

/**
 * Throws `identity_changed` unless the target found is the one that was planned. The harness compares before the
 * effect; an action compares once more on the connection that does the work, which may have reached another server.
 */
export function requireSameIdentity(target: string, planned: TargetIdentity, found: TargetIdentity): void {
  if (isSameIdentity(planned, found)) return
  throw new CodedError(
    'identity_changed',
    `The target ${target} is not the one that was planned: ${told(found)} instead of ${told(planned)}.`,
    {
      fields: { target, planned, found },
    },
  )
}

/** True when both name the same properties with the same values. */
export function isSameIdentity(planned: TargetIdentity, found: TargetIdentity): boolean {
  const names = new Set([...Object.keys(planned), ...Object.keys(found)])
  return [...names].every(name => planned[name] === found[name])
}

function told(identity: TargetIdentity): string {
  return Object.entries(identity)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
