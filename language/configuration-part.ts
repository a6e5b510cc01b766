/**
 * Which part of a configuration a process reads. All get the same file, and secrets lie only where they are used: a worker of a
 * site reads its targets and the rules on them, every other process reads all the rest.
 */
import { placeKeys } from '../contracts/configuration/targets.ts'
import type { Path } from './fault.ts'
import { referencesIn } from './references.ts'
import { listAt, valueAt } from './tree.ts'

export interface Part {
  /** Whether this process looks up the references at a path. */
  isRead(path: Path): boolean
  /** A text that only another process can complete: nobody here can say whether it is right. */
  isUnknown(path: Path): boolean
  /** What of the tree is left for this process, once references are resolved. */
  of(resolved: unknown): unknown
}

/** `tree` is the value as it was written; `site` is that of the process, if it has one. */
export function partFor(tree: unknown, site: string | undefined): Part {
  const sites = new Map(
    listAt(tree, ['targets']).map(target => [valueAt(target, ['name']), valueAt(target, ['site'])]),
  )
  const isHere = (target: unknown): boolean => valueAt(target, ['site']) === site
  const isOnTargetHere = (rule: unknown): boolean => sites.get(valueAt(rule, ['target'])) === site

  function isRead([list, index, key]: Path): boolean {
    if (list === 'targets' && key !== undefined)
      return placeKeys.includes(String(key)) || isHere(valueAt(tree, [list, index!]))
    if (list === 'rules' && index !== undefined) return isOnTargetHere(valueAt(tree, [list, index]))
    return site === undefined
  }

  return {
    isRead,
    isUnknown(path) {
      const written = valueAt(tree, path)
      return typeof written === 'string' && referencesIn(written).length > 0 && !isRead(path)
    },
    of(resolved) {
      const targets = listAt(resolved, ['targets']).filter(isHere)
      const rules = listAt(resolved, ['rules']).filter(isOnTargetHere)
      const whole = resolved as Record<string, unknown>
      const { apiVersion, kind } = whole
      return site === undefined ? { ...whole, targets, rules } : { apiVersion, kind, targets, rules }
    },
  }
}
