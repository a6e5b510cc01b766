import type { ASTNode } from '@marcbachmann/cel-js'
import type { Runbook } from '../contracts/runbook.ts'
import { compile } from './condition-language.ts'
import { alertVariables, evaluateMatch, type ConditionAlert } from './conditions.ts'

/** The runbook for alerts that no other runbook is meant for. */
export const defaultRunbookName = 'default'

/**
 * Chooses the runbook whose `match` holds, else the one named `default`. When several match: the highest `priority`, then the
 * `match` with the most terms, then the first by name. The same alert must get the same runbook on every worker, whatever order the
 * files were read in; that names decide is a fault which the linter reports.
 */
export function chooseRunbook(runbooks: readonly Runbook[], alert: ConditionAlert): Runbook | undefined {
  const matching = runbooks.filter(runbook => evaluateMatch(runbook, alert)).toSorted(byPrecedence)
  return (
    matching[0] ??
    runbooks.find(runbook => runbook.name === defaultRunbookName && runbook.match === undefined)
  )
}

function byPrecedence(one: Runbook, other: Runbook): number {
  const byRank = priorityOf(other) - priorityOf(one) || specificityOf(other) - specificityOf(one)
  return byRank === 0 ? (one.name < other.name ? -1 : 1) : byRank
}

export function priorityOf({ priority = 0 }: Pick<Runbook, 'priority'>): number {
  return priority
}

/** How much a runbook asks of an alert: the terms of its `match`, joined by `&&`. */
export function specificityOf({ match }: Pick<Runbook, 'match'>): number {
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
