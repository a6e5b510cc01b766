import type { Risk } from '../../contracts/incident.ts'
import type { Runbook, RunbookGate, Step } from '../../contracts/runbook.ts'
import { actionDefinitions } from '../../contracts/targets/catalogue.ts'
import { askedOf, listed } from '../narrate/narration.ts'
import { approversInWords, onExpiryInWords, onFailureInWords, retryInWords } from '../runbook/words.ts'
import { change, changedCondition, changedSet, changedTime, changedWords, type Change } from './change.ts'
import { type BothInputs, comparedParameters } from './parameters.ts'
import { comparedStepProof } from './steadiness.ts'
import { comparedUndo } from './undo.ts'

/** Steps are the same when their id is. */
export function comparedSteps(earlier: Runbook, later: Runbook): Change[] {
  const { mitigate: before } = earlier
  const { mitigate: after } = later
  const found = (steps: readonly Step[], id: string): Step | undefined => steps.find(step => step.id === id)
  const added = after.filter(({ id }) => found(before, id) === undefined)
  const removed = before.filter(({ id }) => found(after, id) === undefined)
  const kept = after.flatMap(step => {
    const was = found(before, step.id)
    return was === undefined ? [] : [[was, step] as const]
  })
  return [
    ...added.map(step => addedStep(step, after.indexOf(step))),
    ...removed.map(({ id }) => change('steps', 'changes', `${id} is not tried any more`)),
    ...comparedOrder(before, after),
    ...kept.flatMap(([was, is]) => comparedStep(was, is, [earlier.inputs ?? [], later.inputs ?? []])),
  ]
}

function addedStep({ id, uses, target, gate }: Step, index: number): Change {
  const asked = gate === undefined ? 'without an approval' : `approved by ${approversInWords(gate)}`
  const text = `New step ${index + 1}, ${id}: ${uses} on ${target}, ${asked}`
  return change('steps', gate === undefined ? 'loosens' : 'changes', text)
}

function comparedOrder(before: readonly Step[], after: readonly Step[]): Change[] {
  const ids = (steps: readonly Step[], others: readonly Step[]): string[] =>
    steps.map(({ id }) => id).filter(id => others.some(other => other.id === id))
  const [was, is] = [ids(before, after), ids(after, before)]
  if (was.join(' ') === is.join(' ')) return []
  return [change('steps', 'changes', `The order is ${listed(is)} instead of ${listed(was)}`)]
}

function comparedStep(before: Step, after: Step, inputs: BothInputs): Change[] {
  return Object.values(comparers).flatMap(compare => compare(before, after, inputs))
}

type Compare = (before: Step, after: Step, inputs: BothInputs) => Change[]

/** Every key of a step, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<Step>]: Compare } = {
  // The same, or they would not be compared.
  id: () => [],
  uses: (before, after) => {
    if (before.uses === after.uses) return []
    const effect = riskRank(after) > riskRank(before) ? 'loosens' : 'changes'
    return [change('steps', effect, `${after.id}: does ${after.uses} instead of ${before.uses}`)]
  },
  target: (before, after) =>
    before.target === after.target
      ? []
      : [change('steps', 'changes', `${after.id}: works on ${after.target} instead of ${before.target}`)],
  when: (before, after) =>
    changedCondition('steps', `${after.id}: the condition for it`, [before.when, after.when], {
      more: 'loosens',
      less: 'tightens',
    }),
  with: comparedParameters,
  // Compared with those that are written out.
  fromInputs: () => [],
  precheck: (before, after) => comparedPrecheck(after.id, before.precheck, after.precheck),
  gate: (before, after) => comparedGate(after.id, before.gate, after.gate),
  timeoutMs: (before, after) =>
    changedTime('steps', `${after.id}: given up after`, [before.timeoutMs, after.timeoutMs], {
      more: 'changes',
      less: 'changes',
    }),
  verify: (before, after) => comparedStepProof(after.id, before.verify, after.verify),
  retry: (before, after) => {
    const [was, is] = [retryInWords(before.retry), retryInWords(after.retry)]
    if (was === is) return []
    const effect = (after.retry?.times ?? 0) > (before.retry?.times ?? 0) ? 'loosens' : 'changes'
    return [change('steps', effect, `${after.id}: when it fails, ${is} instead of ${was}`)]
  },
  onFailure: (before, after) => {
    const [was, is] = [onFailureInWords(before.onFailure), onFailureInWords(after.onFailure)]
    if (was === is) return []
    const effect =
      before.onFailure === 'undo' ? 'loosens' : after.onFailure === 'undo' ? 'tightens' : 'changes'
    return [change('steps', effect, `${after.id}: after its last try, ${is} instead of ${was}`)]
  },
  temporary: (before, after) => {
    if (before.temporary === after.temporary) return []
    return after.temporary === true
      ? [change('steps', 'tightens', `${after.id}: is taken back when the incident is over`)]
      : [change('steps', 'loosens', `${after.id}: stays when the incident is over, before it was taken back`)]
  },
  undo: (before, after, inputs) => comparedUndo(after.id, before.undo, after.undo, inputs),
}

function comparedPrecheck(step: string, before: Step['precheck'], after: Step['precheck']): Change[] {
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

const risks: Record<Risk, number> = { reversible: 0, disruptive: 1, destructive: 2 }

function riskRank({ uses }: Step): number {
  return risks[actionDefinitions[uses].risk]
}

function comparedGate(
  step: string,
  before: RunbookGate | undefined,
  after: RunbookGate | undefined,
): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [change('gates', 'tightens', `${step}: has to be approved by ${approversInWords(after!)}`)]
  if (after === undefined) {
    const text = `${step}: nobody has to approve it any more, before ${approversInWords(before)} had to`
    return [change('gates', 'loosens', text)]
  }
  return Object.values(gateComparers).flatMap(compare => compare(step, before, after))
}

type CompareGates = (step: string, before: RunbookGate, after: RunbookGate) => Change[]

const gateComparers: { [K in keyof Required<RunbookGate>]: CompareGates } = {
  approvers: (step, before, after) =>
    changedSet(
      'gates',
      `${step}: can be approved by`,
      [before.approvers, after.approvers],
      { more: 'loosens', less: 'tightens' },
      askedOf,
    ),
  quorum: (step, before, after) => {
    if (before.quorum === after.quorum) return []
    const effect = after.quorum < before.quorum ? 'loosens' : 'tightens'
    return [change('gates', effect, `${step}: takes ${people(after)} instead of ${people(before)}`)]
  },
  expiresMs: (step, before, after) =>
    changedTime('gates', `${step}: can be approved within`, [before.expiresMs, after.expiresMs], {
      more: 'changes',
      less: 'changes',
    }),
  onExpiry: (step, before, after) => {
    if (before.onExpiry === after.onExpiry) return []
    const effect = carefulness[after.onExpiry] < carefulness[before.onExpiry] ? 'loosens' : 'tightens'
    const text = `${step}: when nobody answers, ${onExpiryInWords[after.onExpiry]}; before, ${onExpiryInWords[before.onExpiry]}`
    return [change('gates', effect, text)]
  },
}

const carefulness: Record<RunbookGate['onExpiry'], number> = { next: 0, escalate: 1, stop: 2 }

function people({ quorum }: RunbookGate): string {
  return quorum === 1 ? 'one person' : `${quorum} different people`
}
