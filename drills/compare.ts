/** What came of a drill held against what its author expected. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Happened, Measured } from './happened.ts'
import type { Held, Path } from './held.ts'
import { holdCourse } from './hold-course.ts'
import { holdEffects } from './hold-effects.ts'
import { holdEnd } from './hold-end.ts'
import { holdEvents } from './hold-events.ts'
import { holdPages, holdTold } from './hold-calls.ts'
import { holdSteps } from './hold-steps.ts'
import { holdNever, holdTimeline } from './hold-timeline.ts'
import { likelyMs } from './moments.ts'
import { endOf } from './record-read.ts'

/** One thing that is not as it was expected. */
export interface Difference {
  /** Into the drill as it was parsed: what expected it; of what nobody expected, the list that does not have it. */
  path: Path
  /** In a few words, such as `page to on-call and senior`; undefined when nobody expected it. */
  expected?: string
  /** Undefined when it did not happen. */
  happened?: string
  /** The whole of it in one sentence, without its full stop. */
  wrong: string
  /** Milliseconds since the opening at which what happened and what was expected part. */
  atMs: number
  /** The newest answer of each check and target by then. */
  checks: Measured[]
}

/** Everything that is not as expected, in the order of time, and of one moment in that of the file. */
export function compare(drill: Drill, runbook: Runbook, happened: Happened): Difference[] {
  return heldInTime(drill, runbook, happened).flatMap(({ held, atMs }): Difference[] => {
    const { path, expected, happened: was, wrong } = held
    if (wrong === undefined) return []
    const checks = checksAt(happened, Math.max(atMs, was?.moment.atMs ?? 0))
    return [
      {
        path,
        ...(expected === undefined ? {} : { expected: expected.text }),
        ...(was === undefined ? {} : { happened: was.text }),
        wrong,
        atMs,
        checks,
      },
    ]
  })
}

/** Something of a drill with its moment: the earlier one of when it was expected and when it happened. */
export interface HeldAt {
  held: Held
  /** Milliseconds since the opening. */
  atMs: number
}

/** Whatever a drill expects beside what happened of it, as expected or not, in the order of time and then of the file. */
export function heldInTime(drill: Drill, runbook: Runbook, happened: Happened): HeldAt[] {
  const endMs = likelyMs(endOf(happened))
  const all = [
    ...holdEvents(drill, happened),
    ...holdCourse(drill, happened),
    ...holdSteps(drill, happened),
    ...holdPages(drill, runbook, happened),
    ...holdTold(drill, happened),
    ...holdEffects(drill, happened),
    ...holdEnd(drill, happened),
    ...holdTimeline(drill, happened),
    ...holdNever(drill, happened),
  ].map(held => ({ held, atMs: timeOf(held, endMs) }))
  // The sort is stable: of one moment the order stays that of the lists above.
  return all.toSorted((one, other) => one.atMs - other.atMs)
}

function timeOf({ expected, happened }: Held, endMs: number): number {
  if (happened === undefined) return expected?.atMs ?? endMs
  const figures = expected?.atMs === undefined ? [] : [expected.atMs]
  const happenedMs = likelyMs(happened.moment, figures)
  return Math.min(happenedMs, expected?.atMs ?? happenedMs)
}

/** The newest answer of each check and target that had come by then. */
function checksAt({ measured }: Happened, atMs: number): Measured[] {
  const newest = new Map<string, Measured>()
  for (const one of measured) if (one.moment.atMs <= atMs) newest.set(`${one.check} ${one.target}`, one)
  return [...newest.values()]
}
