import type { Runbook } from '../../contracts/runbook.ts'
import type { InputValue, RunbookInput } from '../../contracts/runbook-input.ts'
import { formatAlertText } from '../../language/alert-text.ts'
import { inputInWords, inputValueInWords } from '../runbook/input-words.ts'
import { change, changedSet, changedWords, type Change, type Effect } from './change.ts'
import { type Loosening, looseningOf } from './parameters.ts'

/** Inputs are the same when their name is. */
export function comparedInputs(before: Runbook, after: Runbook): Change[] {
  const [was, is] = [before.inputs ?? [], after.inputs ?? []]
  const names = [...new Set([...was, ...is].map(({ name }) => name))]
  return names.flatMap(name => {
    const [old, now] = [was, is].map(inputs => inputs.find(input => input.name === name))
    if (old === undefined) return [change('inputs', 'changes', `New: ${name}, ${inputInWords(now!)}`)]
    if (now === undefined) return [change('inputs', 'changes', `${name} is not asked for any more`)]
    const loosenings = [...fed(before, name), ...fed(after, name)]
    return Object.values(comparers).flatMap(compare => compare(old, now, loosenings))
  })
}

/** Which way the parameters of steps that have the input's value loosen. */
function fed({ mitigate }: Runbook, input: string): Loosening[] {
  const acting = mitigate.flatMap(step => {
    // What a person does has no parameters.
    if ('manual' in step) return []
    return 'uses' in step.undo ? [step, step.undo] : [step]
  })
  return acting.flatMap(({ uses, fromInputs }) =>
    Object.entries(fromInputs ?? {}).flatMap(([parameter, name]) =>
      name === input ? [looseningOf(uses, parameter)] : [],
    ),
  )
}

type Compare = (before: RunbookInput, after: RunbookInput, loosenings: readonly Loosening[]) => Change[]

/** Every key of an input, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<RunbookInput>]: Compare } = {
  // The same, or they would not be compared.
  name: () => [],
  describe: (before, after) =>
    changedWords('words', `What the input ${after.name} means`, before.describe, after.describe),
  type: (before, after) =>
    before.type === after.type
      ? []
      : [change('inputs', 'changes', `${after.name} is ${after.type} instead of ${before.type}`)],
  unit: (before, after) => changedWords('inputs', `The unit of ${after.name}`, before.unit, after.unit),
  from: comparedSource,
  default: (before, after, loosenings) =>
    comparedValue(
      `Without another value, ${after.name}`,
      after,
      before.default,
      after.default,
      before.default === undefined || after.default === undefined ? [] : loosenings,
    ),
  min: (before, after, loosenings) =>
    comparedValue(`The least ${after.name}`, after, before.min, after.min, only('less', loosenings)),
  max: (before, after, loosenings) =>
    comparedValue(`The most ${after.name}`, after, before.max, after.max, only('more', loosenings)),
  oneOf: (before, after) => {
    if (before.oneOf === undefined && after.oneOf === undefined) return []
    if (before.oneOf === undefined)
      return [
        change(
          'inputs',
          'tightens',
          `${after.name} is one of ${after.oneOf!.join(', ')} instead of any text`,
        ),
      ]
    if (after.oneOf === undefined)
      return [
        change('inputs', 'loosens', `${after.name} is any text instead of one of ${before.oneOf.join(', ')}`),
      ]
    return changedSet('inputs', `${after.name} is one of`, [before.oneOf, after.oneOf], {
      more: 'loosens',
      less: 'tightens',
    })
  },
}

/** Whoever sends the alert decides about what comes from it. */
function comparedSource(before: RunbookInput, after: RunbookInput): Change[] {
  const [was, is] = [before, after].map(({ from }) => from && formatAlertText(from))
  if (was === is) return []
  const effect = was === undefined ? 'loosens' : is === undefined ? 'tightens' : 'changes'
  const told = (where: string | undefined): string => where ?? 'the runbook alone'
  return [change('inputs', effect, `${after.name} is decided by ${told(is)} instead of ${told(was)}`)]
}

function only(one: Loosening, loosenings: readonly Loosening[]): Loosening[] {
  return loosenings.filter(loosening => loosening === one)
}

function comparedValue(
  what: string,
  { type }: RunbookInput,
  before: InputValue | undefined,
  after: InputValue | undefined,
  loosenings: readonly Loosening[],
): Change[] {
  if (before === after) return []
  const told = (value: InputValue | undefined): string =>
    value === undefined ? 'not said' : inputValueInWords(type, value)
  const effect = effectOf(before, after, loosenings)
  return [change('inputs', effect, `${what} is ${told(after)} instead of ${told(before)}`)]
}

/** A bound that is gone is as wide as can be. */
function effectOf(
  before: InputValue | undefined,
  after: InputValue | undefined,
  loosenings: readonly Loosening[],
): Effect {
  const [way] = loosenings
  if (way === undefined || loosenings.some(other => other !== way)) return 'changes'
  if (way !== 'more' && way !== 'less') return 'changes'
  const widest = way === 'more' ? Infinity : -Infinity
  const [was, is] = [before, after].map(value => (value === undefined ? widest : Number(value))) as [
    number,
    number,
  ]
  return is > was === (way === 'more') ? 'loosens' : 'tightens'
}
