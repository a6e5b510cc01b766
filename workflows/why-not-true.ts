import { evaluateCondition, type Scope } from '../language/conditions.ts'

/** Why what needs this condition is not begun; undefined when it holds. */
export function whyNotTrue(condition: string, scope: Scope): string | undefined {
  const evaluated = evaluateCondition(condition, scope)
  if ('noData' in evaluated) return `not to be judged without ${evaluated.noData}: ${condition}`
  return evaluated.value ? undefined : `not needed: ${condition} does not hold`
}
