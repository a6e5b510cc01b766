/** What is wrong with runbooks only beside each other: names that are taken, and alerts for which chance would choose. */
import type { Runbook } from '../contracts/runbook.ts'
import type { CodedFinding, Fault } from './fault.ts'
import { canBothHold, waysOf } from './condition-logic.ts'
import { parseMatch, priorityOf, specificityOf } from './choose-runbook.ts'

/** A runbook without faults of its own, and the file it is in. */
export interface Neighbour {
  file: string
  runbook: Runbook
  locate: (finding: CodedFinding) => Fault
}

/** Every fault is in the later file of a pair, in their order. */
export function lintTogether(runbooks: readonly Neighbour[]): Fault[] {
  return runbooks.flatMap((one, index) =>
    runbooks.slice(0, index).flatMap(before => {
      const finding = findingAbout(one.runbook, before)
      return finding === undefined ? [] : [one.locate(finding)]
    }),
  )
}

function findingAbout(one: Runbook, { runbook: before, file }: Neighbour): CodedFinding | undefined {
  if (one.name === before.name)
    return {
      code: 'name',
      path: ['metadata', 'name'],
      message: `runbook \`${one.name}\` is in ${file} already`,
    }
  if (!areTied(one, before)) return undefined
  return {
    code: 'match',
    path: ['match'],
    at: 'key',
    message: `can hold for the same alert as that of \`${before.name}\` in ${file}, and neither goes first`,
    hint: 'give one of them a higher `priority`, or ask for more in its `match`',
  }
}

function areTied(one: Runbook, other: Runbook): boolean {
  if (one.match === undefined || other.match === undefined) return false
  if (priorityOf(one) !== priorityOf(other) || specificityOf(one) !== specificityOf(other)) return false
  const [ways, others] = [one.match, other.match].map(match => waysOf(parseMatch(match)))
  // More ways than can be held against each other: saying that two are apart has to be certain.
  return ways === undefined || others === undefined || canBothHold(ways, others)
}
