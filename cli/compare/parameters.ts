import type { RunbookInput } from '../../contracts/runbook-input.ts'
import type { Step } from '../../contracts/runbook.ts'
import type { ActionName, actionDefinitions, ParameterValue } from '../../contracts/targets/catalogue.ts'
import { parameterInWords } from '../runbook/words.ts'
import { change, type Change, type Effect } from './change.ts'

/** Which way a parameter has to go for the action to do more, or to do it less gently. */
export type Loosening = 'more' | 'less' | 'shorter' | 'gone' | 'neither'

/** Every parameter of every action: who adds one says here what loosens it. */
const loosenings: {
  [A in ActionName]: { [P in keyof (typeof actionDefinitions)[A]['parameters']]: Loosening }
} = {
  'postgres.terminate_idle': { idle_longer_than: 'less', at_most: 'more', application: 'gone' },
  'redis.delete_key': { key: 'neither' },
  'redis.delete_matching': { prefix: 'shorter', at_most: 'more' },
  'redis.flush_database': { at_most: 'more' },
  'service.restart': { grace: 'less', healthy_within: 'neither' },
  'service.start': { healthy_within: 'neither' },
  'service.stop': { grace: 'less' },
}

/** A step, or what takes one back; `id` is how it is told. */
type Used = Pick<Step, 'id' | 'uses' | 'with' | 'fromInputs'>

/** Of another action nothing can be compared; that it is another one is told already. */
export function comparedParameters(before: Used, after: Used, inputs: BothInputs): Change[] {
  if (before.uses !== after.uses) return []
  const names = new Set([before, after].flatMap(step => Object.keys({ ...step.with, ...step.fromInputs })))
  return [...names].flatMap(name => {
    const [was, is] = [before, after].map(step => step.fromInputs?.[name])
    if (was === undefined && is === undefined)
      return comparedParameter(after, name, before.with[name], after.with[name])
    return was === is ? [] : [comparedSource(before, after, name, inputs)]
  })
}

/** The inputs of the earlier and of the later runbook. */
export type BothInputs = readonly [readonly RunbookInput[], readonly RunbookInput[]]

export function looseningOf(uses: ActionName, parameter: string): Loosening {
  // The table has every parameter by its name.
  return (loosenings[uses] as Record<string, Loosening>)[parameter] ?? 'neither'
}

/** Of an input counts the value that does most. */
function comparedSource(before: Used, after: Used, name: string, inputs: BothInputs): Change {
  const loosening = looseningOf(after.uses, name)
  const isMost = loosening === 'more'
  const [was, is] = [before, after].map((step, side) => {
    const input = step.fromInputs?.[name]
    if (input === undefined) return step.with[name]
    const declared = inputs[side]?.find(candidate => candidate.name === input)
    return isMost ? (declared?.max ?? Infinity) : (declared?.min ?? -Infinity)
  })
  const told = (step: Used): string => {
    const [input, value] = [step.fromInputs?.[name], step.with[name]]
    if (input !== undefined) return `that of the input ${input}`
    return value === undefined ? 'nothing' : parameterInWords(step.uses, name, value)
  }
  const isNumber = loosening === 'more' || loosening === 'less'
  const effect =
    isNumber && was !== is
      ? effects[loosening](was, is)
      : (effectOfGiving(loosening, [before, after], name) ?? effectOfDeciding([before, after], name, inputs))
  return change('steps', effect, `${after.id}: ${name} is ${told(after)} instead of ${told(before)}`)
}

/** Of a parameter that narrows the action: whether it does so at all. */
function effectOfGiving(
  loosening: Loosening,
  [before, after]: [Used, Used],
  name: string,
): Effect | undefined {
  if (loosening !== 'gone') return undefined
  const isGiven = (step: Used): boolean =>
    step.fromInputs?.[name] !== undefined || step.with[name] !== undefined
  if (isGiven(before) === isGiven(after)) return undefined
  return isGiven(before) ? 'loosens' : 'tightens'
}

/** What the runbook said itself, and whoever sends the alert says now. */
function effectOfDeciding([before, after]: [Used, Used], name: string, inputs: BothInputs): Effect {
  const isOfAlert = (step: Used, side: 0 | 1): boolean =>
    inputs[side].find(input => input.name === step.fromInputs?.[name])?.from !== undefined
  const [was, is] = [isOfAlert(before, 0), isOfAlert(after, 1)]
  if (was === is) return 'changes'
  return is ? 'loosens' : 'tightens'
}

function comparedParameter(
  { id, uses }: Used,
  name: string,
  before: ParameterValue | undefined,
  after: ParameterValue | undefined,
): Change[] {
  const told = (value: ParameterValue | undefined): string =>
    value === undefined ? 'nothing' : parameterInWords(uses, name, value)
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const effect = effects[looseningOf(uses, name)](before, after)
  return [change('steps', effect, `${id}: ${name} is ${told(after)} instead of ${told(before)}`)]
}

type Judge = (before: ParameterValue | undefined, after: ParameterValue | undefined) => Effect

const effects: Record<Loosening, Judge> = {
  more: (before, after) => (Number(after) > Number(before) ? 'loosens' : 'tightens'),
  less: (before, after) => (Number(after) < Number(before) ? 'loosens' : 'tightens'),
  shorter: (before, after) => {
    if (typeof before !== 'string' || typeof after !== 'string') return 'changes'
    if (before.startsWith(after)) return 'loosens'
    return after.startsWith(before) ? 'tightens' : 'changes'
  },
  gone: (before, after) => {
    if (after === undefined) return 'loosens'
    return before === undefined ? 'tightens' : 'changes'
  },
  neither: () => 'changes',
}
