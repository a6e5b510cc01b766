/** A drill held against what happened: what is expected, what happened, and what is said of it. */
import type { Drill, Expectation } from '../../contracts/drill.ts'
import { compare } from '../../drills/compare.ts'
import type { Happened } from '../../drills/happened.ts'
import { drilledRunbook } from './drilled-runbook.ts'
import { drillOf, happened } from './happenings.ts'

export interface HeldCase {
  when: string
  expects: Partial<Expectation>
  happens: Partial<Happened>
  says: string[]
}

const runbook = drilledRunbook()

/** `<path>: <sentence>` of each difference. */
export function saidOf(
  expects: Partial<Expectation>,
  happens: Partial<Happened>,
  more?: Partial<Drill>,
): string[] {
  return compare(drillOf(expects, more), runbook, happened(happens)).map(
    ({ path, wrong }) => `${path.join('.')}: ${wrong}`,
  )
}

export const minutes = (count: number): number => count * 60_000
