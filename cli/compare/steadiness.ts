import type { OverallVerification, Steadiness, StepVerification } from '../../contracts/runbook.ts'
import { change, changedCondition, changedSet, changedTime, type Change } from './change.ts'

type Compare = (what: string, before: Steadiness, after: Steadiness) => Change[]

const comparers: { [K in keyof Required<Steadiness>]: Compare } = {
  until: (what, before, after) =>
    changedCondition('proof', `${what}: the condition that proves it`, [before.until, after.until], {
      more: 'loosens',
      less: 'tightens',
    }),
  forMs: (what, before, after) =>
    changedTime('proof', `${what}: it has to hold for`, [before.forMs, after.forMs], {
      more: 'tightens',
      less: 'loosens',
    }),
  // Measured sooner, it may still see what was there before the effect.
  settleMs: (what, before, after) =>
    changedTime('proof', `${what}: measuring begins after`, [before.settleMs, after.settleMs], {
      more: 'tightens',
      less: 'loosens',
    }),
  withinMs: (what, before, after) =>
    changedTime('proof', `${what}: given up after`, [before.withinMs, after.withinMs], either),
  everyMs: (what, before, after) =>
    changedTime('proof', `${what}: measured every`, [before.everyMs, after.everyMs], either),
}

const either = { more: 'changes', less: 'changes' } as const

function comparedSteadiness(what: string, before: Steadiness, after: Steadiness): Change[] {
  return Object.values(comparers).flatMap(compare => compare(what, before, after))
}

export function comparedStepProof(step: string, before: StepVerification, after: StepVerification): Change[] {
  const check =
    before.check === after.check
      ? []
      : [change('proof', 'changes', `${step}: proved by ${after.check} instead of ${before.check}`)]
  return [...check, ...comparedSteadiness(step, before, after)]
}

export function comparedProof(
  before: OverallVerification | undefined,
  after: OverallVerification | undefined,
): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [{ ...change('proof', 'tightens', 'The whole has to be measured as well'), after: after!.until }]
  if (after === undefined)
    return [
      {
        ...change('proof', 'loosens', 'The whole is not measured any more: resolved alerts are proof enough'),
        before: before.until,
      },
    ]
  return [
    ...changedSet('proof', 'The whole: measured are', [before.checks, after.checks], {
      more: 'tightens',
      less: 'loosens',
    }),
    ...comparedSteadiness('The whole', before, after),
  ]
}
