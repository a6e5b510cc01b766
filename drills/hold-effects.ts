/** What was done to the targets, by the receipts that they keep, whatever the record says. */
import { formatDuration } from '../contracts/duration.ts'
import type { Drill, Expectation, ExpectedEffect } from '../contracts/drill.ts'
import { undoId } from '../contracts/runbook.ts'
import { sortedJson } from '../contracts/sorted-json.ts'
import { actionDefinitions, isActionName, type ParameterValue } from '../contracts/targets/catalogue.ts'
import type { Happened, Moment, Receipt } from './happened.ts'
import { atMoment, type Held, type Path, timesInWords } from './held.ts'
import { stepEndsOf } from './record-read.ts'

export function holdEffects({ expect }: Drill, happened: Happened): Held[] {
  const expected = expectedEffects(expect)
  const steps = new Set([...expected.keys(), ...happened.receipts.map(({ step }) => step)])
  return [...steps].flatMap(step => {
    const receipts = happened.receipts.filter(receipt => receipt.step === step)
    const { times, with: parameters = {} } = expected.get(step) ?? { times: 0 }
    const path = pathOf(step, expect)
    const end = stepEndsOf(happened).get(step)
    // How the step ended says it already, where the effect only follows from what is expected of its end.
    const isSaid = expect.effects === undefined && receipts.length === 0 && end?.is !== 'succeeded'
    const counted = isSaid ? [] : holdTimes({ step, times, path }, receipts, end?.moment)
    return [...counted, ...receipts.flatMap(receipt => holdParameters(path, parameters, receipt))]
  })
}

/**
 * Without `effects`: one of each step that is expected to succeed; where an undo is expected to be done, one of it and one of its
 * step; and no other. So where neither `steps` nor `effects` is said, nothing may be done to any target.
 */
export function expectedEffects({
  effects,
  steps = {},
  undone = {},
}: Expectation): Map<string, ExpectedEffect> {
  if (effects !== undefined) return new Map(Object.entries(effects))
  const succeeded = Object.keys(steps).filter(step => steps[step]?.is === 'succeeded')
  const takenBack = Object.keys(undone).filter(step => undone[step] === 'undone')
  return new Map([...succeeded, ...takenBack, ...takenBack.map(undoId)].map(step => [step, { times: 1 }]))
}

/** The line that says how often, or how the step ends; else the list that does not have it. */
function pathOf(step: string, { effects, steps, undone }: Expectation): Path {
  if (effects !== undefined) return ['expect', 'effects', ...(Object.hasOwn(effects, step) ? [step] : [])]
  if (steps !== undefined && Object.hasOwn(steps, step)) return ['expect', 'steps', step]
  const undoOf = Object.keys(undone ?? {}).find(one => one === step || undoId(one) === step)
  return undoOf === undefined ? ['expect'] : ['expect', 'undone', undoOf]
}

function holdTimes(
  { step, times, path }: { step: string; times: number; path: Path },
  receipts: readonly Receipt[],
  endOfStep: Moment | undefined,
): Held[] {
  if (times === 0 && receipts.length === 0) return []
  // The first that is one too many, else the last there was.
  const told = receipts[times] ?? receipts.at(-1)
  const moment = told?.moment ?? endOfStep
  const is = `${effectOf(step)} ${timesInWords(receipts.length)}`
  const wrong = receipts.length === times ? undefined : wrongTimes({ step, times }, receipts.length, told)
  return [
    {
      path,
      ...(times === 0 ? {} : { expected: { text: `${effectOf(step)} ${timesInWords(times)}` } }),
      ...(moment === undefined ? {} : { happened: { moment, text: is } }),
      ...(wrong === undefined ? {} : { wrong }),
    },
  ]
}

function effectOf(step: string): string {
  return `effect of ${step}`
}

function wrongTimes(
  { step, times }: { step: string; times: number },
  happened: number,
  told: Receipt | undefined,
): string {
  if (told === undefined) return `${step} changed nothing at its target, expected ${timesInWords(times)}`
  if (times === 0)
    return `nobody expected ${step} to change anything: it did ${told.action} on ${told.target}${atMoment(told.moment)}`
  return `${step} changed its target ${timesInWords(happened)}, expected ${timesInWords(times)}`
}

function holdParameters(
  path: Path,
  expected: Record<string, ParameterValue>,
  { step, action, parameters, moment }: Receipt,
): Held[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const was = parameters[name]
    if (sortedJson({ value }) === sortedJson({ value: was })) return []
    const told = (one: ParameterValue | undefined): string => `${name} ${parameterInWords(action, name, one)}`
    return [
      {
        path: [...path, 'with', name],
        expected: { text: `${effectOf(step)} with ${told(value)}` },
        happened: { moment, text: `${effectOf(step)} with ${told(was)}` },
        wrong: `the effect of ${step}${atMoment(moment)} had ${told(was)}, expected ${parameterInWords(action, name, value)}`,
      },
    ]
  })
}

/** Durations as a file writes them. */
export function parameterInWords(action: string, name: string, value: ParameterValue | undefined): string {
  if (value === undefined) return 'not given'
  const definitions: Record<string, { type: string }> = isActionName(action)
    ? actionDefinitions[action].parameters
    : {}
  if (definitions[name]?.type === 'duration' && typeof value === 'number') return formatDuration(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
