/** What a look changes in the findings on record. Pure. */
import { type Finding, findingKey, type FindingKind } from '../contracts/supervision.ts'
import type { FindingChanges, KnownFinding } from '../store/supervision-findings.ts'

export interface Compared {
  changes: FindingChanges
  /** Seen a second time in a row: from now on people hear of it. */
  confirmed: KnownFinding[]
  ended: KnownFinding[]
}

/**
 * A finding counts once two looks in a row have seen it, and is over once two looks in a row have not: what comes and goes
 * in between tells nobody anything. What nobody could look at stays as it was.
 */
export function compare(
  known: readonly KnownFinding[],
  found: readonly Finding[],
  couldSee: (kind: FindingKind) => boolean,
): Compared {
  const seenKeys = new Set(found.map(findingKey))
  const knownKeys = new Set(known.map(findingKey))
  const looked = known.filter(({ kind }) => couldSee(kind))
  const seen = looked.filter(finding => seenKeys.has(findingKey(finding)))
  const unseen = looked.filter(finding => !seenKeys.has(findingKey(finding)))
  const confirmed = seen.filter(({ isConfirmed }) => !isConfirmed)
  const ended = unseen.filter(({ isConfirmed, isMissed }) => isConfirmed && isMissed)
  return {
    confirmed,
    ended,
    changes: {
      begun: found.filter(finding => !knownKeys.has(findingKey(finding))),
      confirmed: idsOf(confirmed),
      seen: idsOf(seen.filter(({ isConfirmed }) => isConfirmed)),
      missed: idsOf(unseen.filter(({ isConfirmed, isMissed }) => isConfirmed && !isMissed)),
      forgotten: idsOf(unseen.filter(({ isConfirmed }) => !isConfirmed)),
      ended: idsOf(ended),
    },
  }
}

function idsOf(findings: readonly KnownFinding[]): number[] {
  return findings.map(({ id }) => id)
}
