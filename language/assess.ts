/**
 * What measurements say of how bad it is. Pure, and for workflows too: triage, what looks again while an incident is open, and
 * whoever only wants to know ask the same.
 */
import { durationInWords } from '../contracts/duration-words.ts'
import type { Impact, NamedSeverity, Severity } from '../contracts/incident.ts'
import type { Runbook, SeverityRule } from '../contracts/runbook.ts'
import { evaluateCondition, type Scope } from './conditions.ts'

type Triage = Pick<Runbook['triage'], 'severity' | 'impact'>

/** Rule, by its place in the list -> since when it has held in every measurement; only of rules that ask for a time. */
export type HeldSince = Record<string, number>

/** Severity and impact as measurements alone have them, whatever people say. */
export interface Assessed {
  severity: Severity
  impact: Impact
  heldSince: HeldSince
  atMs: number
}

/** What was true of the rules that ask for a time, at the moment of a measurement. */
export interface Held {
  since: HeldSince
  atMs: number
}

/** The first rule that holds; `otherwise` is what stays when none does. A rule that asks for a time holds by `held` alone. */
export function assessSeverity(
  { triage }: { triage: Triage },
  scope: Scope,
  otherwise: { severity: Severity; severityLabel?: string },
  held: Held = { since: {}, atMs: 0 },
): NamedSeverity & { because: string } {
  const unknown: string[] = []
  for (const [index, rule] of triage.severity.entries()) {
    const evaluated = rule.when === undefined ? { value: true } : evaluateCondition(rule.when, scope)
    if ('noData' in evaluated) unknown.push(`${rule.is} could not be judged: no ${evaluated.noData}`)
    else if (evaluated.value && hasLasted(rule, held.since[index], held.atMs)) {
      const told = [ruleInWords(rule), ...unknown].join('; ')
      return { severity: rule.is, label: rule.label, because: told }
    } else if (evaluated.value) unknown.push(`${rule.is} has to hold for ${durationInWords(rule.forMs ?? 0)}`)
  }
  const { severity, severityLabel: label } = otherwise
  return { severity, label, because: ['no rule holds', ...unknown].join('; ') }
}

function hasLasted({ forMs }: SeverityRule, sinceMs: number | undefined, atMs: number): boolean {
  return forMs === undefined || (sinceMs !== undefined && atMs - sinceMs >= forMs)
}

/** What is said first of a severity that this rule has chosen. */
export function ruleInWords(rule: SeverityRule): string {
  return `${rule.is}: ${whyItHolds(rule)}`
}

function whyItHolds({ when, forMs }: SeverityRule): string {
  if (when === undefined) return 'no stronger rule holds'
  return forMs === undefined ? `${when} holds` : `${when} has held for ${durationInWords(forMs)}`
}

/** Since when the rules that ask for a time hold, after one more measurement. No data interrupts them. */
export function heldAfter(
  { triage }: { triage: Triage },
  scope: Scope,
  before: HeldSince,
  atMs: number,
): HeldSince {
  const holding = triage.severity.flatMap(({ when, forMs }, index): [number, number][] => {
    if (when === undefined || forMs === undefined) return []
    const evaluated = evaluateCondition(when, scope)
    return 'value' in evaluated && evaluated.value ? [[index, before[index] ?? atMs]] : []
  })
  return Object.fromEntries(holding)
}

/** Whether customers are affected; what could not be measured is unknown, which counts as yes. */
export function assessImpact(
  { triage: { impact } }: { triage: Triage },
  scope: Scope,
): { impact: Impact; because: string } {
  if (impact === undefined) return { impact: 'unknown', because: 'impact is not measured' }
  const evaluated = evaluateCondition(impact, scope)
  if ('noData' in evaluated) return { impact: 'unknown', because: `impact unknown: no ${evaluated.noData}` }
  return evaluated.value
    ? { impact: 'yes', because: `impact: ${impact}` }
    : { impact: 'no', because: `no impact: not ${impact}` }
}
