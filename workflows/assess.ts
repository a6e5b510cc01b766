/** What measurements say of how bad it is. Pure, so that whoever only wants to know asks the same as triage does. */
import type { Impact, Severity } from '../contracts/incident.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { evaluateCondition, type Scope } from '../language/conditions.ts'
import type { NamedSeverity } from './incident-state.ts'

/** The first rule that holds; `otherwise` is what stays when none does. */
export function assessSeverity(
  { triage }: Pick<Runbook, 'triage'>,
  scope: Scope,
  otherwise: { severity: Severity; severityLabel?: string },
): NamedSeverity & { because: string } {
  const unknown: string[] = []
  for (const rule of triage.severity) {
    const because = rule.when === undefined ? 'no stronger rule holds' : `${rule.when} holds`
    const evaluated = rule.when === undefined ? { value: true } : evaluateCondition(rule.when, scope)
    if ('noData' in evaluated) unknown.push(`${rule.is} could not be judged: no ${evaluated.noData}`)
    else if (evaluated.value) {
      const told = [`${rule.is}: ${because}`, ...unknown].join('; ')
      return { severity: rule.is, label: rule.label, because: told }
    }
  }
  const { severity, severityLabel: label } = otherwise
  return { severity, label, because: ['no rule holds', ...unknown].join('; ') }
}

/** Whether customers are affected; what could not be measured is unknown, which counts as yes. */
export function assessImpact(
  { triage: { impact } }: Pick<Runbook, 'triage'>,
  scope: Scope,
): { impact: Impact; because: string } {
  if (impact === undefined) return { impact: 'unknown', because: 'impact is not measured' }
  const evaluated = evaluateCondition(impact, scope)
  if ('noData' in evaluated) return { impact: 'unknown', because: `impact unknown: no ${evaluated.noData}` }
  return evaluated.value
    ? { impact: 'yes', because: `impact: ${impact}` }
    : { impact: 'no', because: `no impact: not ${impact}` }
}
