/** A drill as rows: what was expected beside what happened, and between them what else was going on. */
import type { TimelineKind } from '../../contracts/timeline.ts'
import { heldInTime } from '../../drills/compare.ts'
import type { Happened } from '../../drills/happened.ts'
import type { Held } from '../../drills/held.ts'
import { likelyMs, sinceOpening } from '../../drills/moments.ts'
import type { DrillResult } from '../../drills/result.ts'
import { narrate } from '../narrate.ts'
import { createClock } from '../terminal/clock.ts'
import { oneLine } from '../terminal/plain-text.ts'

export interface Side {
  /** Since the opening; empty where any time is right. */
  at: string
  text: string
}

export interface Row {
  left?: Side
  right?: Side
  /** It is the difference of this place in their list. */
  difference?: number
}

/** In the order of time. A row without a left side and without a difference is only there to tell the story. */
export function rowsOf({ drill, runbook }: DrillResult, happened: Happened): Row[] {
  let differences = 0
  const held = heldInTime(drill, runbook, happened).map(({ held, atMs }) => {
    const row = held.wrong === undefined ? rowOf(held) : { ...rowOf(held), difference: differences++ }
    return { atMs, row }
  })
  const said = new Set(held.map(({ row }) => row.right?.text))
  return [...storyOf(happened, said), ...held]
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ row }) => row)
}

function rowOf({ expected, happened }: Held): Row {
  const figures = expected?.atMs === undefined ? [] : [expected.atMs]
  return {
    ...(expected === undefined
      ? {}
      : {
          left: {
            at: expected.atMs === undefined ? '' : sinceOpening(expected.atMs),
            text: oneLine(expected.text),
          },
        }),
    ...(happened === undefined
      ? {}
      : {
          right: { at: sinceOpening(likelyMs(happened.moment, figures)), text: oneLine(happened.text) },
        }),
  }
}

/** What a reader needs to know to see why the next thing happened. */
const telling = new Set<TimelineKind>([
  'alert.firing',
  'alert.resolved',
  'acknowledged',
  'freeze.on',
  'freeze.off',
  'gate.opened',
  'gate.decided',
  'gate.expired',
  'gate.withdrawn',
  'ladder.exhausted',
  'recovery.lost',
  'resolve.requested',
  'cancel.requested',
  'step.ended',
  'verification.ended',
])

/** `said`: what stands there already, because it was looked at. */
function storyOf(
  { timeline }: Happened,
  said: ReadonlySet<string | undefined>,
): { atMs: number; row: Row }[] {
  const clock = createClock('UTC')
  return timeline.flatMap(entry => {
    if (!telling.has(entry.kind)) return []
    if (entry.kind === 'step.ended' && said.has(`${entry.data.step} ended as ${entry.data.result}`)) return []
    const atMs = likelyMs(entry.moment)
    return [{ atMs, row: { right: { at: sinceOpening(atMs), text: narrate(entry, { clock }).text } } }]
  })
}
