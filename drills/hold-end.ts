/** How it ended, when, and whether a post-mortem is asked for. */
import type { Drill } from '../contracts/drill.ts'
import { formatDuration } from '../contracts/duration.ts'
import type { Happened } from './happened.ts'
import { atMoment, type Held } from './held.ts'
import { isAt, sinceOpening } from './moments.ts'
import { endOf } from './record-read.ts'

export function holdEnd(drill: Drill, happened: Happened): Held[] {
  return [
    ...holdOutcome(drill, happened),
    ...holdClosing(drill, happened),
    ...holdPostmortem(drill, happened),
  ]
}

function holdOutcome({ expect: { outcome } }: Drill, happened: Happened): Held[] {
  if (outcome === undefined) return []
  const moment = happened.closedAt ?? endOf(happened)
  const was = happened.outcome
  return [
    {
      path: ['expect', 'outcome'],
      expected: { text: endInWords(outcome) },
      happened: { moment, text: endInWords(was) },
      ...(was === outcome
        ? {}
        : { wrong: `the incident ${endInWords(was)}${atMoment(moment)}, expected ${outcome}` }),
    },
  ]
}

function endInWords(outcome: Happened['outcome']): string {
  return outcome === 'open' ? 'is still open' : `ended as ${outcome}`
}

function holdClosing({ expect: { closedAtMs: atMs } }: Drill, { closedAt }: Happened): Held[] {
  if (atMs === undefined) return []
  const held: Held = { path: ['expect', 'closedAtMs'], expected: { atMs, text: 'incident closed' } }
  const expected = `expected at ${sinceOpening(atMs)}`
  if (closedAt === undefined) return [{ ...held, wrong: `the incident did not close, ${expected}` }]
  const wrong = isAt(closedAt, atMs) ? {} : { wrong: `the incident closed${atMoment(closedAt)}, ${expected}` }
  return [{ ...held, happened: { moment: closedAt, text: 'incident closed' }, ...wrong }]
}

/** The row keeps whole milliseconds. */
const dueDiffersMs = 1

function holdPostmortem({ expect: { postmortem } }: Drill, happened: Happened): Held[] {
  if (postmortem === undefined) return []
  const { postmortemDueMs: dueMs } = happened
  const moment = happened.closedAt ?? endOf(happened)
  const [text, was] = [postmortemInWords(postmortem?.dueMs), postmortemInWords(dueMs)]
  const isSame =
    postmortem === null
      ? dueMs === undefined
      : dueMs !== undefined && Math.abs(dueMs - postmortem.dueMs) <= dueDiffersMs
  return [
    {
      path: ['expect', 'postmortem'],
      expected: { text },
      happened: { moment, text: was },
      ...(isSame ? {} : { wrong: `${was}, expected: ${text}` }),
    },
  ]
}

function postmortemInWords(dueMs: number | undefined): string {
  return dueMs === undefined
    ? 'no post-mortem is asked for'
    : `post-mortem is due after ${formatDuration(dueMs)}`
}
