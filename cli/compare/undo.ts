import type { Step, StepVerification, Undo } from '../../contracts/runbook.ts'
import { undoInWords } from '../runbook/words.ts'
import { change, changedTime, changedWords, type Change } from './change.ts'
import { type BothInputs, comparedParameters } from './parameters.ts'
import { comparedStepProof } from './steadiness.ts'

/** What cannot be taken back any more is riskier than what can. */
export function comparedUndo(
  step: string,
  before: Step['undo'],
  after: Step['undo'],
  inputs: BothInputs,
): Change[] {
  if ('none' in before && 'none' in after)
    return changedWords('words', `${step}: why nothing is undone`, before.none, after.none)
  if ('none' in before)
    return [change('steps', 'tightens', `${step}: can be taken back by ${undoInWords(after)}`)]
  if ('none' in after) {
    const text = `${step}: ${undoInWords(after)}; before, it could be taken back by ${undoInWords(before)}`
    return [change('steps', 'loosens', text)]
  }
  const compared = { before, after }
  return Object.values(comparers).flatMap(compare => compare(`the undo of ${step}`, compared, inputs))
}

type Compare = (what: string, undo: { before: Undo; after: Undo }, inputs: BothInputs) => Change[]

/** Every key of an undo, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<Undo>]: Compare } = {
  uses: (what, { before, after }) =>
    before.uses === after.uses
      ? []
      : [change('steps', 'changes', `${what}: does ${after.uses} instead of ${before.uses}`)],
  with: (what, { before, after }, inputs) =>
    comparedParameters({ id: what, ...before }, { id: what, ...after }, inputs),
  // Compared with those that are written out.
  fromInputs: () => [],
  verify: (what, { before, after }) => comparedProof(what, before.verify, after.verify),
  timeoutMs: (what, { before, after }) =>
    changedTime('steps', `${what}: given up after`, [before.timeoutMs, after.timeoutMs], {
      more: 'changes',
      less: 'changes',
    }),
}

function comparedProof(
  what: string,
  before: StepVerification | undefined,
  after: StepVerification | undefined,
): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [{ ...change('proof', 'tightens', `${what}: has to be proved as well`), after: after!.until }]
  if (after === undefined)
    return [{ ...change('proof', 'loosens', `${what}: is not proved any more`), before: before.until }]
  return comparedStepProof(what, before, after)
}
