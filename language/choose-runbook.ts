import type { ASTNode } from '@marcbachmann/cel-js'
import type { Runbook } from '../contracts/runbook.ts'
import { compile } from './condition-language.ts'
import { isNarrower, type Ways, waysOf } from './condition-logic.ts'
import { alertVariables, evaluateMatch, type ConditionAlert } from './conditions.ts'

/** The runbook for alerts that no other runbook is meant for. */
export const defaultRunbookName = 'default'

/**
 * Chooses the runbook whose `match` holds, else the one named `default`. When several match: the highest `priority`, then the
 * `match` with the most terms, then one that asks for all that another asks for and more, then the first by name. The same alert must get the same runbook on every worker, whatever order the
 * files were read in; that names decide is a fault which the linter reports.
 */
export function chooseRunbook(runbooks: readonly Runbook[], alert: ConditionAlert): Runbook | undefined {
  const matching = runbooks.filter(runbook => evaluateMatch(runbook, alert)).toSorted(byPrecedence)
  return (
    narrowestOf(matching) ??
    runbooks.find(runbook => runbook.name === defaultRunbookName && runbook.match === undefined)
  )
}

/** Of those that stand first by numbers the first that no other is narrower than. */
function narrowestOf(matching: readonly Runbook[]): Runbook | undefined {
  const [first, second] = matching
  if (first === undefined || second === undefined) return first
  const rank = rankOf(first)
  const equals = matching
    .filter(runbook => rankOf(runbook) === rank)
    .map(runbook => ({ runbook, ways: waysOfMatch(runbook) }))
  return equals.find(one => !equals.some(other => goesFirst(other.ways, one.ways)))?.runbook ?? first
}

/** Of two whose rank is the same. */
export function goesFirst(ways: Ways | undefined, others: Ways | undefined): boolean {
  return ways !== undefined && others !== undefined && isNarrower(ways, others)
}

/** Undefined for too many of them, and for one without a `match`. */
export function waysOfMatch({ match }: Pick<Runbook, 'match'>): Ways | undefined {
  return match === undefined ? undefined : waysOf(parseMatch(match))
}

/** What goes first by numbers alone. */
export function rankOf(runbook: Runbook): string {
  return `${priorityOf(runbook)}/${specificityOf(runbook)}`
}

function byPrecedence(one: Runbook, other: Runbook): number {
  const byRank = priorityOf(other) - priorityOf(one) || specificityOf(other) - specificityOf(one)
  return byRank === 0 ? (one.name < other.name ? -1 : 1) : byRank
}

function priorityOf({ priority = 0 }: Pick<Runbook, 'priority'>): number {
  return priority
}

/** How much a runbook asks of an alert: the terms of its `match`, joined by `&&`. */
function specificityOf({ match }: Pick<Runbook, 'match'>): number {
  return match === undefined ? 0 : termsIn(parseMatch(match))
}

/** Throws what the compiler says of a `match` that is not sound. */
export function parseMatch(match: string): ASTNode {
  const compiled = compile(match, alertVariables)
  if ('problem' in compiled) throw new Error(compiled.problem.message)
  return compiled.ast
}

function termsIn(node: ASTNode): number {
  return node.op === '&&' ? termsIn(node.args[0]) + termsIn(node.args[1]) : 1
}
