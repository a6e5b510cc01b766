import { type Role, roleOf } from '../../contracts/runbook.ts'
import type { TargetKind } from '../../contracts/targets/definition.ts'

/** `postgres`, `every service of the group edge`. */
export function roleInWords(written: TargetKind | Role): string {
  const { kind, many, group } = roleOf(written)
  return `${many === true ? 'every ' : ''}${kind}${group === undefined ? '' : ` of the group ${group}`}`
}
