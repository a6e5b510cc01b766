/** What is wrong with runbooks only beside each other: names that are taken, and alerts for which chance would choose. */
import type { Runbook } from '../contracts/runbook.ts'
import type { CodedFinding, Fault } from './fault.ts'
import { canBothHold, type Ways } from './condition-logic.ts'
import { goesFirst, rankOf, waysOfMatch } from './choose-runbook.ts'

/** A runbook without faults of its own, and the file it is in. */
export interface Neighbour {
  file: string
  runbook: Runbook
  locate: (finding: CodedFinding) => Fault
}

/** A file that goes together with none of so many is told about these; five hundred copies of one would be as many faults as pairs. */
const toldOfOne = 20

/** Every fault is in the later file of a pair, in their order. */
export function lintTogether(runbooks: readonly Neighbour[]): Fault[] {
  const ranked = runbooks.map(rankedOf)
  return ranked.flatMap((one, index) => findingsAbout(one, ranked.slice(0, index)).map(one.locate))
}

function findingsAbout(one: Ranked, earlier: readonly Ranked[]): CodedFinding[] {
  const findings: CodedFinding[] = []
  for (const before of earlier) {
    const finding = findingAbout(one, before)
    if (finding !== undefined) findings.push(finding)
    if (findings.length === toldOfOne) break
  }
  return findings
}

/** What decides between runbooks; read once, because each is held against each. */
interface Ranked extends Neighbour {
  rank: string
  /** Undefined for one without a `match`. */
  ways?: Ways | 'too many'
}

function rankedOf(neighbour: Neighbour): Ranked {
  const { runbook } = neighbour
  const rank = rankOf(runbook)
  if (runbook.match === undefined) return { ...neighbour, rank }
  return { ...neighbour, rank, ways: waysOfMatch(runbook) ?? 'too many' }
}

function findingAbout(one: Ranked, before: Ranked): CodedFinding | undefined {
  const { name } = before.runbook
  if (one.runbook.name === name)
    return {
      code: 'name',
      path: ['metadata', 'name'],
      message: `runbook \`${name}\` is in ${before.file} already`,
    }
  if (!areTied(one, before)) return undefined
  return {
    code: 'match',
    path: ['match'],
    at: 'key',
    message: `can hold for the same alert as that of \`${name}\` in ${before.file}, and neither goes first`,
    hint: 'give one of them a higher `priority`, or ask for more in its `match`',
  }
}

/** Saying that two are apart has to be certain: what has too many ways to be held against another may be tied with it. */
function areTied(one: Ranked, other: Ranked): boolean {
  if (one.ways === undefined || other.ways === undefined || one.rank !== other.rank) return false
  if (one.ways === 'too many' || other.ways === 'too many') return true
  if (goesFirst(one.ways, other.ways) || goesFirst(other.ways, one.ways)) return false
  return canBothHold(one.ways, other.ways)
}
