import type { Runbook } from '../contracts/runbook.ts'
import { evaluateMatch, type ConditionAlert } from './conditions.ts'

/** The runbook for alerts that no other runbook is meant for. */
export const defaultRunbookName = 'default'

/**
 * Chooses the runbook whose `match` holds, else the one named `default`. When several match, the first by name: the
 * same alert must get the same runbook on every worker, whatever order the files were read in.
 */
export function chooseRunbook(runbooks: readonly Runbook[], alert: ConditionAlert): Runbook | undefined {
  const byName = runbooks.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const matching = byName.find(runbook => evaluateMatch(runbook, alert))
  return (
    matching ?? byName.find(runbook => runbook.name === defaultRunbookName && runbook.match === undefined)
  )
}
