import type { Measured, RuleOperator } from '../contracts/rule.ts'

/**
 * Does the condition of a rule hold? Undefined when that cannot be told, which changes nothing. `value` is what is
 * compared: the aggregate of what was measured.
 */
export function conditionHolds(
  rule: { operator: RuleOperator; value?: number | undefined },
  measured: Measured,
  value: number | undefined,
): boolean | undefined {
  if (rule.operator === 'absent') return measured.is === 'problem' ? undefined : measured.is === 'absent'
  if (value === undefined || rule.value === undefined) return undefined
  return compare(value, rule.operator, rule.value)
}

function compare(value: number, operator: Exclude<RuleOperator, 'absent'>, threshold: number): boolean {
  switch (operator) {
    case '>':
      return value > threshold
    case '>=':
      return value >= threshold
    case '<':
      return value < threshold
    case '<=':
      return value <= threshold
    case '==':
      return value === threshold
    case '!=':
      return value !== threshold
    default:
      return operator satisfies never
  }
}
