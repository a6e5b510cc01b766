import { evaluateCondition, type Scope } from '../language/conditions.ts'

/** Why a step is not begun. */
export interface WhyNot {
  because: string
  /** Nobody could tell whether it is needed, or how it is done. */
  noData?: true
}

/** Why what needs this condition is not begun; undefined when it holds. */
export function whyNotTrue(condition: string, scope: Scope): WhyNot | undefined {
  const evaluated = evaluateCondition(condition, scope)
  if ('noData' in evaluated)
    return { because: `not to be judged without ${evaluated.noData}: ${condition}`, noData: true }
  return evaluated.value ? undefined : { because: `not needed: ${condition} does not hold` }
}
