/** Keys that the steps of Paramedic and those of people share. */
import type { RunbookGate, Step } from '../../contracts/runbook.ts'
import type { Following } from '../runbook/words.ts'
import { change, changedCondition, changedTime, changedWords, type Change } from './change.ts'

type OfAnyStep<K extends keyof Step> = Pick<Step, 'id'> & Pick<Step, K>

export function comparedWhen(before: OfAnyStep<'when'>, after: OfAnyStep<'when'>): Change[] {
  return changedCondition('steps', `${after.id}: the condition for it`, [before.when, after.when], {
    more: 'loosens',
    less: 'tightens',
  })
}

/** What follows a step in the runbook of before, and in that of after: a ladder and a list go on differently. */
export type BothFollowing = readonly [Following, Following]

export function comparedOnFailure(
  before: OfAnyStep<'onFailure'>,
  after: OfAnyStep<'onFailure'>,
  [earlier, later]: BothFollowing,
): Change[] {
  const [was, is] = [earlier.failure(before.onFailure), later.failure(after.onFailure)]
  if (was === is) return []
  const effect = before.onFailure === 'undo' ? 'loosens' : after.onFailure === 'undo' ? 'tightens' : 'changes'
  return [change('steps', effect, `${after.id}: after its last try, ${is} instead of ${was}`)]
}

export function comparedPrecheck(step: string, before: Step['precheck'], after: Step['precheck']): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [change('steps', 'tightens', `${step}: is looked at again before anything is planned`)]
  if (after === undefined)
    return [change('steps', 'loosens', `${step}: is not looked at again any more before it is planned`)]
  return [
    ...changedWords('steps', `${step}: what is looked at again`, before.check, after.check),
    ...changedTime('steps', `${step}: is looked at again after`, [before.afterMs, after.afterMs], {
      more: 'changes',
      less: 'changes',
    }),
    ...changedCondition(
      'steps',
      `${step}: what must hold when it is looked at again`,
      [before.when, after.when],
      {
        more: 'loosens',
        less: 'tightens',
      },
    ),
  ]
}

export function comparedOnExpiry(
  step: string,
  before: Pick<RunbookGate, 'onExpiry'>,
  after: Pick<RunbookGate, 'onExpiry'>,
  [earlier, later]: BothFollowing,
): Change[] {
  if (before.onExpiry === after.onExpiry) return []
  const effect = carefulness[after.onExpiry] < carefulness[before.onExpiry] ? 'loosens' : 'tightens'
  const text = `${step}: when nobody answers, ${later.expiry(after.onExpiry)}; before, ${earlier.expiry(before.onExpiry)}`
  return [change('gates', effect, text)]
}

const carefulness: Record<RunbookGate['onExpiry'], number> = { next: 0, escalate: 1, stop: 2 }
