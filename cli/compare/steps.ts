import type { Risk } from '../../contracts/incident.ts'
import type { ManualStep, Runbook, RunbookGate, Step } from '../../contracts/runbook.ts'
import { actionDefinitions } from '../../contracts/targets/catalogue.ts'
import { askedOf, listed } from '../narrate/narration.ts'
import { approversInWords, followingOf, retryInWords, taskInWords } from '../runbook/words.ts'
import { change, changedSet, changedTime, type Change } from './change.ts'
import { comparedTask } from './manual-steps.ts'
import { type BothInputs, comparedParameters } from './parameters.ts'
import { comparedStepProof } from './steadiness.ts'
import {
  type BothFollowing,
  comparedOnExpiry,
  comparedOnFailure,
  comparedPrecheck,
  comparedWhen,
} from './step-keys.ts'
import { comparedUndo } from './undo.ts'

type AnyStep = Step | ManualStep

/** Steps are the same when their id is. */
export function comparedSteps(earlier: Runbook, later: Runbook): Change[] {
  const { mitigate: before } = earlier
  const { mitigate: after } = later
  const found = (steps: readonly AnyStep[], id: string): AnyStep | undefined =>
    steps.find(step => step.id === id)
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
    ...kept.flatMap(([was, is]) =>
      comparedStep(was, is, {
        inputs: [earlier.inputs ?? [], later.inputs ?? []],
        following: [followingOf(earlier), followingOf(later)],
      }),
    ),
  ]
}

function addedStep(step: AnyStep, index: number): Change {
  const { id } = step
  if ('manual' in step)
    return change('steps', 'changes', `New step ${index + 1}, ${id}: ${taskInWords(step)}`)
  const { uses, target, gate } = step
  const asked = gate === undefined ? 'without an approval' : `approved by ${approversInWords(gate)}`
  const text = `New step ${index + 1}, ${id}: ${uses} on ${target}, ${asked}`
  return change('steps', gate === undefined ? 'loosens' : 'changes', text)
}

function comparedOrder(before: readonly AnyStep[], after: readonly AnyStep[]): Change[] {
  const ids = (steps: readonly AnyStep[], others: readonly AnyStep[]): string[] =>
    steps.map(({ id }) => id).filter(id => others.some(other => other.id === id))
  const [was, is] = [ids(before, after), ids(after, before)]
  if (was.join(' ') === is.join(' ')) return []
  return [change('steps', 'changes', `The order is ${listed(is)} instead of ${listed(was)}`)]
}

/** What the runbooks around two steps say. */
interface Around {
  inputs: BothInputs
  following: BothFollowing
}

function comparedStep(before: AnyStep, after: AnyStep, around: Around): Change[] {
  if ('manual' in before && 'manual' in after) return comparedTask(before, after, around.following)
  if (!('manual' in before) && !('manual' in after))
    return Object.values(comparers).flatMap(compare => compare(before, after, around))
  // What a person did is done by itself now, or the other way round.
  if (!('manual' in after)) return [{ ...addedStep(after, 0), text: `${after.id}: ${doneBySelf(after)}` }]
  return [change('steps', 'changes', `${after.id}: ${taskInWords(after)}, instead of an action`)]
}

function doneBySelf({ uses, target, gate }: Step): string {
  const asked = gate === undefined ? 'without an approval' : `approved by ${approversInWords(gate)}`
  return `is done by Paramedic, ${uses} on ${target}, ${asked}, instead of by a person`
}

type Compare = (before: Step, after: Step, around: Around) => Change[]

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
  when: comparedWhen,
  with: (before, after, { inputs }) => comparedParameters(before, after, inputs),
  // Compared with those that are written out.
  fromInputs: () => [],
  precheck: (before, after) => comparedPrecheck(after.id, before.precheck, after.precheck),
  gate: (before, after, { following }) => comparedGate(after.id, before.gate, after.gate, following),
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
  onFailure: (before, after, { following }) => comparedOnFailure(before, after, following),
  temporary: (before, after) => {
    if (before.temporary === after.temporary) return []
    return after.temporary === true
      ? [change('steps', 'tightens', `${after.id}: is taken back when the incident is over`)]
      : [change('steps', 'loosens', `${after.id}: stays when the incident is over, before it was taken back`)]
  },
  undo: (before, after, { inputs }) => comparedUndo(after.id, before.undo, after.undo, inputs),
}

const risks: Record<Risk, number> = { reversible: 0, disruptive: 1, destructive: 2 }

function riskRank({ uses }: Step): number {
  return risks[actionDefinitions[uses].risk]
}

function comparedGate(
  step: string,
  before: RunbookGate | undefined,
  after: RunbookGate | undefined,
  following: BothFollowing,
): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [change('gates', 'tightens', `${step}: has to be approved by ${approversInWords(after!)}`)]
  if (after === undefined) {
    const text = `${step}: nobody has to approve it any more, before ${approversInWords(before)} had to`
    return [change('gates', 'loosens', text)]
  }
  return Object.values(gateComparers).flatMap(compare => compare(step, before, after, following))
}

type CompareGates = (
  step: string,
  before: RunbookGate,
  after: RunbookGate,
  following: BothFollowing,
) => Change[]

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
  onExpiry: comparedOnExpiry,
}

function people({ quorum }: RunbookGate): string {
  return quorum === 1 ? 'one person' : `${quorum} different people`
}
