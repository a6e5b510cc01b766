import type { Communication } from '../../contracts/communication.ts'
import { listed } from '../narrate/narration.ts'
import { eventsInWords, momentOfRule } from '../runbook/words.ts'
import { change, changedCondition, changedSet, changedTime, changedWords, type Change } from './change.ts'

export function comparedCommunication(
  before: readonly Communication[] = [],
  after: readonly Communication[] = [],
): Change[] {
  const pairs = paired(before, after)
  const removed = before.filter(rule => !pairs.some(([was]) => was === rule))
  const added = after.filter(rule => !pairs.some(([, is]) => is === rule))
  return [
    ...removed.map(rule =>
      change('told', 'loosens', `Not told any more ${momentOfRule(rule)}: ${listed(rule.tell)}`),
    ),
    ...added.map(rule => change('told', 'tightens', `Told ${momentOfRule(rule)}: ${listed(rule.tell)}`)),
    ...pairs.flatMap(([was, is]) => Object.values(comparers).flatMap(compare => compare(was, is))),
  ]
}

type Pair = readonly [Communication, Communication]

/** Rules have no names: those of one moment belong together, and of equally many that are left each stands for the one in its place. */
function paired(before: readonly Communication[], after: readonly Communication[]): Pair[] {
  const free = [...after]
  const ofOneMoment = before.flatMap((rule): Pair[] => {
    const index = free.findIndex(other => momentOfRule(other) === momentOfRule(rule))
    const [partner] = index < 0 ? [] : free.splice(index, 1)
    return partner === undefined ? [] : [[rule, partner]]
  })
  const left = before.filter(rule => !ofOneMoment.some(([was]) => was === rule))
  const isSameKind = (one: Communication, other: Communication): boolean =>
    (one.everyMs === undefined) === (other.everyMs === undefined)
  const isEven = left.length === free.length && left.every((rule, index) => isSameKind(rule, free[index]!))
  return isEven ? [...ofOneMoment, ...left.map((rule, index): Pair => [rule, free[index]!])] : ofOneMoment
}

type Compare = (before: Communication, after: Communication) => Change[]
const fewerAreTold = { more: 'tightens', less: 'loosens' } as const

/** Every key of a rule, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<Communication>]: Compare } = {
  on: (before, after) =>
    changedSet(
      'told',
      `${listed(after.tell)} ${after.tell.length === 1 ? 'is' : 'are'} told`,
      [before.on ?? [], after.on ?? []],
      fewerAreTold,
      eventsInWords,
    ),
  everyMs: ({ everyMs: before }, { everyMs: after, tell }) =>
    before === undefined || after === undefined
      ? []
      : changedTime(
          'told',
          `${listed(tell)} ${tell.length === 1 ? 'is' : 'are'} told how it stands again after`,
          [before, after],
          {
            more: 'loosens',
            less: 'tightens',
          },
        ),
  until: (before, after) => {
    if (before.until === after.until) return []
    const effect = after.until === undefined ? 'tightens' : 'loosens'
    return [
      change(
        'told',
        effect,
        `Updates come ${momentOfRule(after)}, before ${momentOfRule(before)}: ${listed(after.tell)}`,
      ),
    ]
  },
  tell: (before, after) =>
    changedSet('told', `Told ${momentOfRule(after)}:`, [before.tell, after.tell], fewerAreTold),
  when: (before, after) =>
    changedCondition(
      'told',
      `The condition of what is told ${momentOfRule(after)}`,
      [before.when, after.when],
      fewerAreTold,
    ),
  say: (before, after) => changedWords('told', `What is said ${momentOfRule(after)}`, before.say, after.say),
}
