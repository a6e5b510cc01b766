/** One difference between two versions of a runbook, and what it means for safety. */
import { durationInWords } from '../../contracts/duration-words.ts'
import { compareConditions, type Strength } from '../../language/condition-strength.ts'
import { listed } from '../narrate/narration.ts'

/** `loosens`: more may happen unasked, less is proved, or fewer are called or told. `changes`: neither, or nobody can tell. */
export type Effect = 'loosens' | 'tightens' | 'changes'

/** In the order they are told. */
export const areas = {
  alerts: 'For which alerts',
  targets: 'On what',
  inputs: 'What it is given',
  checks: 'What is looked at',
  severity: 'How severe it is',
  steps: 'What is tried',
  gates: 'Who has to approve',
  proof: 'How success is proved',
  end: 'When it is over',
  calls: 'Who is called',
  told: 'Who is told',
  postmortem: 'Afterwards',
  words: 'Names and words',
} as const
export type Area = keyof typeof areas

export interface Change {
  area: Area
  effect: Effect
  text: string
  /** As it was written; of a condition that is new or gone only one of the two. */
  before?: string
  after?: string
}

export function change(area: Area, effect: Effect, text: string): Change {
  return { area, effect, text }
}

/** What it means when a number or time grows or shrinks. */
interface Directions {
  more: Effect
  less: Effect
}

export function changedTime(
  area: Area,
  what: string,
  [before, after]: readonly [number, number],
  effects: Directions,
): Change[] {
  if (before === after) return []
  const effect = after > before ? effects.more : effects.less
  return [change(area, effect, `${what} ${durationInWords(after)} instead of ${durationInWords(before)}`)]
}

/** Names without an order: what came and what went. */
export function changedSet(
  area: Area,
  what: string,
  [before, after]: readonly [readonly string[], readonly string[]],
  effects: Directions,
  tell: (names: readonly string[]) => string = listed,
): Change[] {
  const came = after.filter(name => !before.includes(name))
  const went = before.filter(name => !after.includes(name))
  if (came.length === 0 && went.length === 0) {
    const isAsBefore = before.join('\0') === after.join('\0')
    return isAsBefore ? [] : [change(area, 'changes', `${what} in another order: ${tell(after)}`)]
  }
  const effect = went.length === 0 ? effects.more : came.length === 0 ? effects.less : 'changes'
  return [change(area, effect, `${what} ${tell(after)} instead of ${tell(before)}`)]
}

const howOften: Record<Strength, string> = {
  same: 'is written differently and means the same',
  weaker: 'holds more often',
  stronger: 'holds less often',
  other: 'is another one',
}

/** A condition that is not there always holds. `more`: it holds more often than before. */
export function changedCondition(
  area: Area,
  what: string,
  [before, after]: readonly [string | undefined, string | undefined],
  effects: Directions,
): Change[] {
  if (before === after) return []
  const strength = strengthOf(before, after)
  const effect = strength === 'weaker' ? effects.more : strength === 'stronger' ? effects.less : 'changes'
  const how = before === undefined ? 'is new' : after === undefined ? 'is gone' : howOften[strength]
  return [
    {
      ...change(area, effect, `${what} ${how}`),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ]
}

function strengthOf(before: string | undefined, after: string | undefined): Strength {
  if (before === undefined) return 'stronger'
  return after === undefined ? 'weaker' : compareConditions(before, after)
}

/** Words that nothing is decided by. */
export function changedWords(
  area: Area,
  what: string,
  before: string | undefined,
  after: string | undefined,
): Change[] {
  if (before === after) return []
  if (before === undefined) return [change(area, 'changes', `${what} is new: ${after}`)]
  if (after === undefined) return [change(area, 'changes', `${what} is gone: ${before}`)]
  return [change(area, 'changes', `${what} is "${after}" instead of "${before}"`)]
}
