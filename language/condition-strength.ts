/** Whether a changed condition holds more or less often than before. Missing data is not considered. */
import { Environment } from '@marcbachmann/cel-js'
import { holdsOnlyWhere, waysOf } from './condition-logic.ts'

/** Of the later condition: `weaker` holds whenever the earlier one did, `stronger` only then; `other` is not known. */
export type Strength = 'same' | 'weaker' | 'stronger' | 'other'

/** Compares two valid conditions. Throws what the CEL parser throws for one that is not. */
export function compareConditions(before: string, after: string): Strength {
  if (before === after) return 'same'
  const environment = new Environment()
  const [earlier, later] = [before, after].map(condition => waysOf(environment.parse(condition).ast))
  if (earlier === undefined || later === undefined) return 'other'
  const isWeaker = holdsOnlyWhere(earlier, [later]) !== undefined
  const isStronger = holdsOnlyWhere(later, [earlier]) !== undefined
  if (isWeaker) return isStronger ? 'same' : 'weaker'
  return isStronger ? 'stronger' : 'other'
}
