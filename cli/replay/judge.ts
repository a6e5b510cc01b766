import { type ChainFault, checkAlone } from '../../proof/chain.ts'
import { type Compared, compareDecisions } from '../../proof/compare-decisions.ts'
import { decisionsOf } from '../../proof/decisions.ts'
import type { Divergence } from '../../proof/divergence.ts'
import type { Evidence } from './evidence.ts'

export interface Judged {
  number: string
  /** Nothing at all is to be said against it. */
  agrees: boolean
  runs: { runId: string; sha256: string; events: number; problem?: string }[]
  entryFaults: ChainFault[]
  divergences: Divergence[]
  /** Null when a history is missing or altered: half of the decisions prove nothing. */
  compared: Compared | null
}

export function judge(evidence: Evidence, divergences: Divergence[]): Judged {
  const { number, runs, entries, chained } = evidence
  const entryFaults = chained.flatMap(checkAlone)
  const isWhole = runs.every(run => run.problem === undefined)
  const decisions = runs.flatMap(({ history }) => (history === undefined ? [] : decisionsOf(history.run)))
  const compared = isWhole ? compareDecisions(decisions, entries) : null
  const isFaultless = entryFaults.length === 0 && divergences.length === 0
  return {
    number,
    agrees: isFaultless && compared?.disagreements.length === 0,
    runs: runs.map(({ runId, sha256, history, problem }) => ({
      runId,
      sha256,
      events: history?.run.events ?? 0,
      ...(problem === undefined ? {} : { problem }),
    })),
    entryFaults,
    divergences,
    compared,
  }
}
