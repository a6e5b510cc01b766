/** What no incident would ever come to: severities, steps, recoveries. Only what follows from the conditions themselves. */
import { wordsOf } from './condition-atoms.ts'
import { alwaysHolds, exclusionIn, holdsOnlyWhere, type Ways, waysOf } from './condition-logic.ts'
import type { Finding, Path } from './fault.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

/** Where a condition stands -> what follows when it can never hold. Numbers stand for any place in a list. */
const consequences: Readonly<Record<string, string>> = {
  match: 'the runbook is never chosen',
  'triage.severity.#.when': 'this severity is never reached',
  'triage.impact': 'customers would never count as affected',
  'mitigate.#.when': 'this step is never taken',
  'mitigate.#.verify.until': 'nothing would count as recovered',
  'mitigate.#.undo.verify.until': 'the undo would never count as done',
  'verify.until': 'nothing would count as recovered',
}

/** Each is held against those before it; there are four severities. */
const mostRules = 50

interface Known extends WrittenCondition {
  ways: Ways
}

export function lintReach(tree: unknown, conditions: readonly WrittenCondition[]): Finding[] {
  const known = conditions.flatMap((condition): Known[] => {
    const ways = 'ast' in condition.compiled ? waysOf(condition.compiled.ast) : undefined
    return ways === undefined ? [] : [{ ...condition, ways }]
  })
  return [
    ...known.flatMap(lintPossible),
    ...known.flatMap(lintProof),
    ...lintSeverityOrder(listAt(tree, ['triage', 'severity']), known),
  ]
}

function lintPossible(condition: Known): Finding[] {
  const { path, ways } = condition
  const consequence = consequences[placeOf(path)]
  if (ways.length > 0 || consequence === undefined || isPlainNo(condition)) return []
  return [{ path, message: `\`${keyOf(path)}\` can never hold: ${consequence}`, hint: whyNever(condition) }]
}

/** Somebody who writes `impact: 'false'` has said that no customer uses this. */
function isPlainNo({ path, expression }: Known): boolean {
  return placeOf(path) === 'triage.impact' && expression.trim() === 'false'
}

function whyNever({ compiled }: Known): string | undefined {
  const exclusion = 'ast' in compiled ? exclusionIn(compiled.ast) : undefined
  if (exclusion === undefined) return undefined
  const [first, second] = exclusion.map(atom => `\`${wordsOf(atom)}\``)
  return `${first} and ${second} exclude each other`
}

/** Recovered means measured. */
function lintProof({ path, ways }: Known): Finding[] {
  if (keyOf(path) !== 'until' || !alwaysHolds(ways)) return []
  const message = '`until` holds whatever is measured: it proves nothing'
  return [{ path, message, hint: 'write what is true of a system that is well' }]
}

/** The first rule that holds decides, so one whose condition implies an earlier one is never asked. */
function lintSeverityOrder(rules: readonly unknown[], known: readonly Known[]): Finding[] {
  const written = known.filter(({ path }) => placeOf(path) === 'triage.severity.#.when')
  const byIndex = new Map(written.map(({ path, ways }) => [path[2], ways]))
  const ways = rules.slice(0, mostRules).map((_, index) => byIndex.get(index))
  const deciding = ways.map((way, index) => (decidesAtOnce(rules[index]) ? way : undefined))
  const always = deciding.findIndex((way, index) => index < rules.length - 1 && way && alwaysHolds(way))
  const asked = always === -1 ? ways : ways.slice(0, always)
  const hidden = asked.flatMap((way, index): Finding[] => {
    const before = way && way.length > 0 ? holdsOnlyWhere(way, deciding.slice(0, index)) : undefined
    return before === undefined ? [] : [neverReached(rules, index, before)]
  })
  if (always === -1) return hidden
  const message = '`when` always holds: the rules after it are never reached'
  return [...hidden, { path: pathOfWhen(always), message }]
}

/** A rule that asks for more than its `when` may not hold where that does. */
function decidesAtOnce(rule: unknown): boolean {
  return entriesOf(rule).every(([key]) => ['is', 'label', 'when'].includes(key))
}

function neverReached(rules: readonly unknown[], index: number, before: readonly number[]): Finding {
  const named = before.map(rule => {
    const severity = valueAt(rules[rule], ['is'])
    return typeof severity === 'string' ? `${rule + 1} (${severity})` : `${rule + 1}`
  })
  const holding =
    before.length > 1 ? `those of rules ${named.join(', ')} hold` : `that of rule ${named[0]} holds`
  return {
    path: pathOfWhen(index),
    message: `\`when\` holds only where ${holding}: this severity is never reached`,
    hint: 'the first rule that holds decides: put the narrower condition before the wider one',
  }
}

function pathOfWhen(index: number): Path {
  return ['triage', 'severity', index, 'when']
}

function placeOf(path: Path): string {
  return path.map(part => (typeof part === 'number' ? '#' : part)).join('.')
}

function keyOf(path: Path): string {
  return String(path.at(-1))
}
