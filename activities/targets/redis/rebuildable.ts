import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'

/** Throws `not_rebuildable` unless the prefix is one that the target declares rebuildable, or lies inside one. */
export function requireRebuildable(target: TargetConfigurationOf<'redis'>, prefix: string): void {
  const { name, rebuildablePrefixes } = target
  if (rebuildablePrefixes.some(rebuildable => prefix.startsWith(rebuildable))) return
  const declared = rebuildablePrefixes.map(rebuildable => JSON.stringify(rebuildable)).join(', ')
  throw new CodedError(
    'not_rebuildable',
    `Keys under ${JSON.stringify(prefix)} of ${name} may not be deleted: rebuildable there is ${declared === '' ? 'nothing' : `only ${declared}`}.`,
    { fields: { target: name, prefix, rebuildablePrefixes } },
  )
}
