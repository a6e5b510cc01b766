/** Severity, impact, phases and verdicts: lists in which what is before leads to what comes after. */
import type { Drill, Timed } from '../contracts/drill.ts'
import { align, type Pair } from './align.ts'
import type { Happened } from './happened.ts'
import { atMoment, atTime, type Held, type Path } from './held.ts'
import { isAt } from './moments.ts'
import { type At, impactsOf, phasesOf, severitiesOf, verdictsOf } from './record-read.ts'

export function holdCourse({ expect }: Drill, happened: Happened): Held[] {
  const { severity, impact, phases, verdicts = {} } = expect
  return [
    ...holdList({ path: ['expect', 'severity'], expected: severity, of: 'severity' }, severitiesOf(happened)),
    ...holdList({ path: ['expect', 'impact'], expected: impact, of: 'impact' }, impactsOf(happened)),
    ...holdList({ path: ['expect', 'phases'], expected: phases, of: 'phase' }, phasesSeen(phases, happened)),
    ...Object.entries(verdicts).flatMap(([name, expected]) => {
      const of = name === 'overall' ? 'verdict of the whole' : `verdict of ${name}`
      const path = ['expect', 'verdicts', name]
      return holdList({ path, expected, of }, verdictsOf(happened).get(name) ?? [])
    }),
  ]
}

/** No entry says where it begins: whoever expects that is told all the same. */
function phasesSeen(expected: Drill['expect']['phases'], happened: Happened) {
  const entered = phasesOf(happened)
  if (expected?.[0]?.is !== 'detection') return entered
  return [{ is: 'detection' as const, moment: { atMs: 0, slackMs: 0 } }, ...entered]
}

interface ExpectedList<T extends string> {
  path: Path
  /** Without one nobody looks. */
  expected: readonly Timed<T>[] | undefined
  /** What it is the list of, in a word. */
  of: string
}

function holdList<T extends string>(
  { path, expected, of }: ExpectedList<T>,
  happened: readonly At<T>[],
): Held[] {
  if (expected === undefined) return []
  return align(expected, happened, { pair: costOf, extra: 1 }).map(pair => held(pair, of, path))
}

/** The same value at another time is nearer than another value at the same time; whatever else is apart from both. */
function costOf<T>(expected: Timed<T>, happened: At<T>): number {
  const isInTime = expected.atMs === undefined || isAt(happened.moment, expected.atMs)
  if (expected.is === happened.is) return isInTime ? 0 : 0.6
  return isInTime && expected.atMs !== undefined ? 1.2 : 1.6
}

function held<T extends string>({ expected, happened }: Pair<Timed<T>, At<T>>, of: string, path: Path): Held {
  const wrong = wrongOf(expected?.value, happened, of)
  return {
    path: expected === undefined ? path : [...path, expected.index],
    ...(expected === undefined ? {} : { expected: toldExpected(expected.value, of) }),
    ...(happened === undefined
      ? {}
      : { happened: { moment: happened.moment, text: `${of} ${happened.is}` } }),
    ...(wrong === undefined ? {} : { wrong }),
  }
}

function toldExpected({ is, atMs }: Timed<string>, of: string): NonNullable<Held['expected']> {
  return { text: `${of} ${is}`, ...(atMs === undefined ? {} : { atMs }) }
}

/** Undefined when both say the same; one of them is always there. */
function wrongOf(
  expected: Timed<string> | undefined,
  happened: At<string> | undefined,
  of: string,
): string | undefined {
  if (expected === undefined)
    return happened && `nobody expected ${of} ${happened.is}${atMoment(happened.moment)}`
  if (happened === undefined) return `there was no ${of} ${expected.is}${atTime(expected.atMs)}`
  const was = `the ${of} was ${happened.is}${atMoment(happened.moment)}, expected`
  if (expected.is !== happened.is) return `${was} ${expected.is}${atTime(expected.atMs)}`
  const isInTime = expected.atMs === undefined || isAt(happened.moment, expected.atMs)
  return isInTime ? undefined : `${was}${atTime(expected.atMs)}`
}
