/** The roles of a runbook as they are written, short or long, before anybody has checked them. */
import { entriesOf, valueAt } from './tree.ts'

export interface WrittenRole {
  role: string
  kind: unknown
  /** It stands for every target that fits, instead of the one. */
  isMany: boolean
  group: unknown
}

export function writtenRoles(tree: unknown): WrittenRole[] {
  return entriesOf(valueAt(tree, ['targets'])).map(([role, written]) => {
    const isLong = typeof written === 'object' && written !== null
    return {
      role,
      kind: isLong ? valueAt(written, ['kind']) : written,
      isMany: valueAt(written, ['many']) === true,
      group: valueAt(written, ['group']),
    }
  })
}

/** Whether a configured target could fill the role in some place. */
export function fits(
  target: { role: string; kind: string; group?: string | undefined },
  { role, kind, group }: WrittenRole,
): boolean {
  return target.role === role && target.kind === kind && (group === undefined || target.group === group)
}

export function writtenRole(tree: unknown, role: unknown): WrittenRole | undefined {
  return writtenRoles(tree).find(written => written.role === role)
}
