import { isMoreSevere } from '../../contracts/incident.ts'
import type { EscalationLevel } from '../../contracts/runbook.ts'
import { listed } from '../narrate/narration.ts'
import { onlyInWords, timeOfLevel, unlessInWords } from '../runbook/words.ts'
import { change, changedCondition, changedSet, changedTime, type Change } from './change.ts'

export function comparedLevels(
  before: readonly EscalationLevel[],
  after: readonly EscalationLevel[],
): Change[] {
  const pairs = paired(before, after)
  const removed = before.filter(level => !pairs.some(([was]) => was === level))
  const added = after.filter(level => !pairs.some(([, is]) => is === level))
  return [
    ...removed.map(level =>
      change(
        'calls',
        'loosens',
        `Nobody is called ${timeOfLevel(level)} any more, before ${listed(level.page)}`,
      ),
    ),
    ...added.map(level =>
      change('calls', 'tightens', `New call ${timeOfLevel(level)}: ${listed(level.page)}`),
    ),
    ...pairs.flatMap(([was, is]) => comparedLevel(was, is)),
  ]
}

type Pair = readonly [EscalationLevel, EscalationLevel]

/** Levels have no names: of equally many each stands for the one in its place, otherwise those of one time belong together. */
function paired(before: readonly EscalationLevel[], after: readonly EscalationLevel[]): Pair[] {
  if (before.length === after.length) return before.map((level, index) => [level, after[index]!])
  const free = [...after]
  return before.flatMap((level): Pair[] => {
    const index = free.findIndex(({ afterMs }) => afterMs === level.afterMs)
    const [partner] = index < 0 ? [] : free.splice(index, 1)
    return partner === undefined ? [] : [[level, partner]]
  })
}

function comparedLevel(before: EscalationLevel, after: EscalationLevel): Change[] {
  return Object.values(comparers).flatMap(compare => compare(before, after))
}

type Compare = (before: EscalationLevel, after: EscalationLevel) => Change[]

/** Every key of a level, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<EscalationLevel>]: Compare } = {
  afterMs: (before, after) =>
    changedTime(
      'calls',
      `${listed(after.page)} ${after.page.length === 1 ? 'is' : 'are'} called after`,
      [before.afterMs, after.afterMs],
      {
        more: 'loosens',
        less: 'tightens',
      },
    ),
  page: (before, after) =>
    changedSet('calls', `Called ${timeOfLevel(after)}:`, [before.page, after.page], {
      more: 'tightens',
      less: 'loosens',
    }),
  unless: (before, after) => {
    if (before.unless === after.unless) return []
    const effect = insistence(after) < insistence(before) ? 'loosens' : 'tightens'
    return [
      change(
        'calls',
        effect,
        `The call ${timeOfLevel(after)} comes ${unless(after)}; before, ${unless(before)}`,
      ),
    ]
  },
  only: (before, after) => {
    if (before.only === after.only) return []
    const effect = before.only === undefined ? 'loosens' : after.only === undefined ? 'tightens' : 'changes'
    const told = (level: EscalationLevel): string => onlyInWords(level.only) ?? 'at any hour'
    return [
      change('calls', effect, `The call ${timeOfLevel(after)} comes ${told(after)}; before, ${told(before)}`),
    ]
  },
  when: (before, after) =>
    changedCondition('calls', `The condition of the call ${timeOfLevel(after)}`, [before.when, after.when], {
      more: 'tightens',
      less: 'loosens',
    }),
  forMs: (before, after) => {
    const [was, is] = [before.forMs ?? 0, after.forMs ?? 0]
    return changedTime(
      'calls',
      `The call ${timeOfLevel(after)} comes when its condition has held for`,
      [was, is],
      { more: 'loosens', less: 'tightens' },
    )
  },
  severity: (before, after) => {
    const [was, is] = [before.severity, after.severity]
    if (was === is) return []
    const isMilder = is === undefined || (was !== undefined && isMoreSevere(was, is))
    const told = is === undefined ? 'keeps its severity' : `becomes at least ${is}`
    const text = `With the call ${timeOfLevel(after)} the incident ${told}, before ${was === undefined ? 'it kept its severity' : `at least ${was}`}`
    return [change('calls', isMilder ? 'loosens' : 'tightens', text)]
  },
}

/** An acknowledgement ends a call sooner than a resolution, and nothing ends the one without. */
function insistence({ unless: end }: EscalationLevel): number {
  return end === undefined ? 2 : end === 'resolved' ? 1 : 0
}

function unless({ unless: end }: EscalationLevel): string {
  return end === undefined ? 'in any case' : unlessInWords[end]
}
