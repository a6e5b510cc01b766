/** Steps, gates and undos: of each how it ended at last. */
import type { Drill, Timed } from '../contracts/drill.ts'
import { undoId } from '../contracts/runbook.ts'
import type { Happened } from './happened.ts'
import { atMoment, atTime, type Held, type Path } from './held.ts'
import { isAt, sinceOpening } from './moments.ts'
import { type At, gatesOf, reachedOf, stepEndsOf, undosOf } from './record-read.ts'

export function holdSteps(drill: Drill, happened: Happened): Held[] {
  const { steps = {}, gates = {}, undone = {} } = drill.expect
  const [ends, reached, lastGates, undos] = [
    stepEndsOf(happened),
    reachedOf(happened),
    gatesOf(happened),
    undosOf(happened),
  ]
  return [
    ...Object.entries(steps).map(([step, expected]) => {
      const end = ends.get(step)
      const missing = reached.has(step) ? `${step} was begun and did not end` : `${step} was not reached`
      return holdEnd({ path: ['expect', 'steps', step], expected, what: step, missing }, end)
    }),
    ...unexpectedSteps(drill, reached, ends),
    ...Object.entries(gates).map(([step, expected]) => {
      const what = `the gate of ${step}`
      return holdEnd(
        { path: ['expect', 'gates', step], expected, what, missing: `${what} was not opened` },
        lastGates.get(step),
      )
    }),
    ...Object.entries(undone).map(([step, is]) => {
      const what = `the undo of ${step}`
      const missing = `${what} did not end`
      return holdEnd({ path: ['expect', 'undone', step], expected: { is }, what, missing }, undos.get(step))
    }),
  ]
}

/**
 * A step that `steps` leaves out must not be come to, unless its gate is expected to be open: it has no end yet. What takes a step
 * back is none of the ladder.
 */
function unexpectedSteps(
  { expect: { steps, gates = {} } }: Drill,
  reached: ReturnType<typeof reachedOf>,
  ends: ReturnType<typeof stepEndsOf>,
): Held[] {
  if (steps === undefined) return []
  const undos = new Set([...reached.keys()].map(undoId))
  return [...reached].flatMap(([step, moment]) => {
    if (Object.hasOwn(steps, step) || undos.has(step)) return []
    const end = ends.get(step)
    if (end === undefined && gates[step]?.is === 'open') return []
    const how = end === undefined ? 'was begun' : `ended as ${end.is}`
    return [
      {
        path: ['expect', 'steps'],
        happened: { moment: end?.moment ?? moment, text: `${step} ${how}` },
        wrong: `nobody expected ${step} to be reached: it ${how}${atMoment(end?.moment ?? moment)}`,
      },
    ]
  })
}

interface ExpectedEnd {
  path: Path
  expected: Timed<string>
  what: string
  /** Said when there is no such end. */
  missing: string
}

function holdEnd({ path, expected, what, missing }: ExpectedEnd, end: At<string> | undefined): Held {
  const { is, atMs } = expected
  const held: Held = {
    path,
    expected: { text: `${what} ${wordOf(is)}`, ...(atMs === undefined ? {} : { atMs }) },
  }
  if (end === undefined) return { ...held, wrong: `${missing}, expected ${is}${atTime(atMs)}` }
  const wrong = wrongEnd(expected, what, end)
  return {
    ...held,
    happened: { moment: end.moment, text: `${what} ${wordOf(end.is)}` },
    ...(wrong === undefined ? {} : { wrong }),
  }
}

function wrongEnd({ is, atMs }: Timed<string>, what: string, end: At<string>): string | undefined {
  const ended = `${what} ${end.is === 'open' ? 'is open since' : `ended as ${end.is} at`}`
  const told = `${ended} ${atMoment(end.moment).replace(/^ at /, '')}, expected`
  if (end.is !== is) return `${told} ${is}${atTime(atMs)}`
  return atMs === undefined || isAt(end.moment, atMs) ? undefined : `${told} at ${sinceOpening(atMs)}`
}

/** `ended as expired`; a gate that nobody has decided has not ended. */
function wordOf(end: string): string {
  return end === 'open' ? 'is open' : `ended as ${end}`
}
