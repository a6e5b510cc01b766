import { canonicalJson } from '../../contracts/canonical-json.ts'
import { isMoreSevere, type Severity } from '../../contracts/incident.ts'
import type { CheckUse, Runbook, SeverityRule } from '../../contracts/runbook.ts'
import { listed } from '../narrate/narration.ts'
import { everyInWords, parametersOf, severityInWords } from '../runbook/words.ts'
import { change, changedCondition, changedTime, changedWords, type Change, type Effect } from './change.ts'

type Triage = Runbook['triage']

export function comparedTriage(before: Triage, after: Triage): Change[] {
  return Object.values(comparers).flatMap(compare => compare(before, after))
}

const comparers: { [K in keyof Required<Triage>]: (before: Triage, after: Triage) => Change[] } = {
  checks: (before, after) => comparedChecks(before.checks, after.checks),
  severity: (before, after) => comparedRules(before.severity, after.severity),
  impact: comparedImpact,
  recheckMs: comparedRecheck,
}

/** Looked at less often, an incident that becomes worse is known later, or never. */
function comparedRecheck({ recheckMs: before }: Triage, { recheckMs: after }: Triage): Change[] {
  if (before === after) return []
  const told = (ms: number | undefined): string =>
    ms === undefined ? 'not measured again' : `measured again ${everyInWords(ms)}`
  const effect = (after ?? Infinity) > (before ?? Infinity) ? 'loosens' : 'tightens'
  const text = `While the incident is open it is ${told(after)}; before, ${told(before)}`
  return [change('severity', effect, text)]
}

/** Without the condition it is unknown whether customers are affected, which counts as yes. */
function comparedImpact({ impact: before }: Triage, { impact: after }: Triage): Change[] {
  return changedCondition('severity', 'The condition for affected customers', [before, after], {
    more: 'tightens',
    less: 'loosens',
  })
}

function comparedChecks(before: readonly CheckUse[], after: readonly CheckUse[]): Change[] {
  const names = new Set([...before, ...after].map(({ name }) => name))
  const changes = [...names].flatMap(name => {
    const [was, is] = [before, after].map(checks => checks.find(check => check.name === name))
    if (was === undefined) return [change('checks', 'changes', `New: ${name}, ${is!.uses} on ${is!.target}`)]
    if (is === undefined) return [change('checks', 'changes', `${name} is not measured any more`)]
    return Object.values(checkComparers).flatMap(compare => compare(was, is))
  })
  const [was, is] = [orderOf(before, after), orderOf(after, before)]
  const order = was === is ? [] : [change('checks', 'changes', 'The checks stand in another order')]
  return [...changes, ...order]
}

function orderOf(checks: readonly CheckUse[], others: readonly CheckUse[]): string {
  const names = checks.map(({ name }) => name)
  return names.filter(name => others.some(other => other.name === name)).join(' ')
}

const checkComparers: { [K in keyof Required<CheckUse>]: (before: CheckUse, after: CheckUse) => Change[] } = {
  // The same, or they would not be compared.
  name: () => [],
  uses: ({ uses: before }, { name, uses: after }) =>
    before === after
      ? []
      : [change('checks', 'changes', `${name}: measured by ${after} instead of ${before}`)],
  target: ({ target: before }, { name, target: after }) =>
    before === after
      ? []
      : [change('checks', 'changes', `${name}: measured on ${after} instead of ${before}`)],
  with: (before, after) => {
    if (before.uses !== after.uses || parametersAsText(before) === parametersAsText(after)) return []
    const [was, is] = [before, after].map(check => parametersOf(check.uses, check) || 'nothing')
    return [change('checks', 'changes', `${after.name}: measured with ${is} instead of ${was}`)]
  },
  // Compared with those that are written out.
  fromInputs: () => [],
  timeoutMs: (before, after) =>
    changedTime('checks', `${after.name}: given up after`, [before.timeoutMs, after.timeoutMs], {
      more: 'changes',
      less: 'changes',
    }),
}

function parametersAsText({ with: written, fromInputs = {} }: CheckUse): string {
  return canonicalJson([written, fromInputs])
}

/** Rules of one severity are the same rule, in their order; the last one is what holds otherwise. */
function comparedRules(before: readonly SeverityRule[], after: readonly SeverityRule[]): Change[] {
  const [was, is] = [before, after].map(keyed) as [KeyedRule[], KeyedRule[]]
  const fallback = after.at(-1)!.is
  const added = is.filter(({ key }) => !was.some(other => other.key === key))
  const removed = was.filter(({ key }) => !is.some(other => other.key === key))
  const kept = is.flatMap(rule =>
    was.filter(({ key }) => key === rule.key).map(other => [other, rule] as const),
  )
  return [
    ...comparedFallback(before.at(-1)!, after.at(-1)!),
    ...added.map(({ rule }) => ({
      ...change('severity', addedEffect(rule.is, fallback), `New rule for ${severityInWords(rule)}`),
      after: rule.when!,
    })),
    ...removed.map(({ rule }) => ({
      ...change(
        'severity',
        removedEffect(rule.is, fallback),
        `No rule for ${severityInWords(rule)} any more`,
      ),
      before: rule.when!,
    })),
    ...kept.flatMap(([{ rule: old }, { rule }]) => comparedRule(old, rule, fallback)),
    ...comparedOrder(was, is),
  ]
}

interface KeyedRule {
  key: string
  rule: SeverityRule
}

function keyed(rules: readonly SeverityRule[]): KeyedRule[] {
  return rules.slice(0, -1).map((rule, index) => {
    const nth = rules.slice(0, index).filter(({ is }) => is === rule.is).length
    return { key: `${rule.is} ${nth}`, rule }
  })
}

function comparedFallback(before: SeverityRule, after: SeverityRule): Change[] {
  if (before.is === after.is)
    return changedWords('severity', `The label of ${after.is} otherwise`, before.label, after.label)
  const effect = isMoreSevere(after.is, before.is) ? 'tightens' : 'loosens'
  const text = `Otherwise it is ${severityInWords(after)} instead of ${severityInWords(before)}`
  return [change('severity', effect, text)]
}

function comparedRule(before: SeverityRule, after: SeverityRule, fallback: Severity): Change[] {
  return [
    ...changedWords('severity', `The label of ${after.is}`, before.label, after.label),
    ...changedCondition(
      'severity',
      `The condition for ${severityInWords(after)}`,
      [before.when, after.when],
      {
        more: addedEffect(after.is, fallback),
        less: removedEffect(after.is, fallback),
      },
    ),
    ...changedTime(
      'severity',
      `${severityInWords(after)} when its condition has held for`,
      [before.forMs ?? 0, after.forMs ?? 0],
      { more: removedEffect(after.is, fallback), less: addedEffect(after.is, fallback) },
    ),
  ]
}

/** A rule for something worse than what holds otherwise makes more incidents worse. */
function addedEffect(is: Severity, fallback: Severity): Effect {
  if (is === fallback) return 'changes'
  return isMoreSevere(is, fallback) ? 'tightens' : 'loosens'
}

function removedEffect(is: Severity, fallback: Severity): Effect {
  if (is === fallback) return 'changes'
  return isMoreSevere(is, fallback) ? 'loosens' : 'tightens'
}

function comparedOrder(before: readonly KeyedRule[], after: readonly KeyedRule[]): Change[] {
  const common = (rules: readonly KeyedRule[], others: readonly KeyedRule[]): string[] =>
    rules.map(({ key }) => key).filter(key => others.some(other => other.key === key))
  const [was, is] = [common(before, after), common(after, before)]
  if (was.join() === is.join()) return []
  const told = after.map(({ rule }) => severityInWords(rule))
  return [change('severity', 'changes', `The rules are asked in another order: ${listed(told)}`)]
}
