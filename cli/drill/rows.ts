/** A drill as rows: what was expected beside what happened, and between them what else was going on. */
import { heldInTime } from '../../drills/compare.ts'
import type { Happened } from '../../drills/happened.ts'
import type { Held } from '../../drills/held.ts'
import { likelyMs, sinceOpening } from '../../drills/moments.ts'
import type { DrillResult } from '../../drills/result.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { storyOf } from './story.ts'

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
  return [...storyRows(happened, said), ...held]
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

/** `said`: what stands there already, because it was looked at. */
function storyRows(
  { timeline }: Happened,
  said: ReadonlySet<string | undefined>,
): { atMs: number; row: Row }[] {
  return timeline.flatMap(entry => {
    const text = storyOf(entry)
    if (text === undefined || said.has(text)) return []
    const atMs = likelyMs(entry.moment)
    return [{ atMs, row: { right: { at: sinceOpening(atMs), text } } }]
  })
}
