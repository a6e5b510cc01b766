import type { ManualStep } from '../../contracts/runbook.ts'
import { askedOf } from '../narrate/narration.ts'
import { change, changedSet, changedTime, changedWords, type Change } from './change.ts'
import { comparedStepProof } from './steadiness.ts'
import {
  type BothFollowing,
  comparedOnExpiry,
  comparedOnFailure,
  comparedPrecheck,
  comparedWhen,
} from './step-keys.ts'

/** What a person does, before and after. */
export function comparedTask(before: ManualStep, after: ManualStep, following: BothFollowing): Change[] {
  return Object.values(comparers).flatMap(compare => compare(before, after, following))
}

type Compare = (before: ManualStep, after: ManualStep, following: BothFollowing) => Change[]

/** Every key, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<ManualStep>]: Compare } = {
  // The same, or they would not be compared.
  id: () => [],
  manual: (before, after) =>
    changedWords('steps', `${after.id}: what a person has to do`, before.manual, after.manual),
  when: comparedWhen,
  precheck: (before, after) => comparedPrecheck(after.id, before.precheck, after.precheck),
  by: (before, after) =>
    changedSet(
      'gates',
      `${after.id}: can be ticked by`,
      [before.by ?? everybody, after.by ?? everybody],
      { more: 'loosens', less: 'tightens' },
      askedOf,
    ),
  expiresMs: (before, after) =>
    changedTime('gates', `${after.id}: can be ticked within`, [before.expiresMs, after.expiresMs], {
      more: 'changes',
      less: 'changes',
    }),
  onExpiry: (before, after, following) => comparedOnExpiry(after.id, before, after, following),
  verify: (before, after) => {
    if (before.verify !== undefined && after.verify !== undefined)
      return comparedStepProof(after.id, before.verify, after.verify)
    if (before.verify === after.verify) return []
    return after.verify === undefined
      ? [change('proof', 'loosens', `${after.id}: whether it helped is not measured any more`)]
      : [change('proof', 'tightens', `${after.id}: whether it helped is measured as well`)]
  },
  onFailure: comparedOnFailure,
}

/** Those who may tick what no runbook narrows. */
const everybody = ['role:responder', 'role:approver']
