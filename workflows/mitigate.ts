import type { StepResult } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { isTakenBack, type ManualStep, type Step } from '../contracts/runbook.ts'
import { hurryNextLevel } from './escalate.ts'
import type { Life, Turn } from './life.ts'
import { isTried, takeRebase } from './rebase.ts'
import { runStep } from './run-step.ts'
import { undoIfFailed } from './take-back.ts'

/** Why the ladder was left: a step is verified, the alerts went away, or a person ended the incident. */
export type Mitigated = 'step-succeeded' | Turn | 'look-again' | 'long'

/** Goes on with the ladder where it was left. One that is exhausted stays here until the alerts resolve or a person decides. */
export async function mitigate(life: Life): Promise<Mitigated> {
  const { state } = life
  life.enter('mitigation')
  for (;;) {
    await takeRebase(life)
    const turn = takeTurn(life)
    if (turn === 'rebased') continue
    if (turn !== undefined) return turn
    if (life.isLong()) return 'long'
    const { mitigate: ladder } = life.input.runbook
    const step = ladder[state.nextStep]
    if (step === undefined) {
      if (isLookDue(life)) return 'look-again'
      const waited = await waitAtTheEnd(life)
      if (waited === 'rebased') continue
      return waited
    }
    if (isTried(life, step.id)) {
      state.nextStep += 1
      continue
    }
    const { result } = await runStep(life, step)
    if (result === 'ticked') state.isTickUnproved = true
    if (!('manual' in step) && isTakenBack(step))
      await undoIfFailed(life, step, !isAsHoped(result) || isLeftBehind(life, result))
    if (hasFailed(result) && step.onFailure === 'escalate') hurryNextLevel(life, `its step ${step.id} failed`)
    if (stops(step, result)) state.nextStep = ladder.length
    else if (result !== 'withdrawn') state.nextStep += 1
    if (result === 'succeeded') return 'step-succeeded'
  }
}

function stops(step: Step | ManualStep, result: StepResult): boolean {
  return result === 'expired'
    ? ('manual' in step ? step.onExpiry : step.gate?.onExpiry) === 'stop'
    : hasFailed(result) && step.onFailure === 'stop'
}

/** It was to help and did not, or nobody knows. What was denied, skipped or not needed has not failed. */
function hasFailed(result: StepResult): boolean {
  return result === 'failed' || result === 'unknown' || result === 'voided'
}

/** Of a step that did something: nothing has to be taken back, or not yet. A last try that expired leaves what the tries before did. */
export function isAsHoped(result: StepResult): boolean {
  return result === 'succeeded' || result === 'withdrawn'
}

/** Its version is left between two tries: what it has done so far had failed, and the new one may not know it. */
function isLeftBehind(life: Life, result: StepResult): boolean {
  return result === 'withdrawn' && life.turn() === 'rebased'
}

/** What people did may have helped although nothing measured it: that is looked at once before the ladder counts as exhausted. */
function isLookDue({ state, input }: Life): boolean {
  const isDue = state.isTickUnproved === true && input.runbook.verify !== undefined
  delete state.isTickUnproved
  return isDue
}

async function waitAtTheEnd(life: Life): Promise<Mitigated | 'rebased'> {
  const steps = life.input.runbook.mitigate.length
  // A new run that goes on waiting says it no second time.
  if (life.state.waitsAtTheEnd === undefined)
    life.note('ladder.exhausted', { because: whyNothingIsLeft(steps) })
  delete life.state.waitsAtTheEnd
  // Where nothing was hoped of the steps, nothing has failed: the levels keep their times.
  if (steps > life.state.stepsLeftOut && !life.state.isExhaustionTold) {
    hurryNextLevel(life, `${whyNothingIsLeft(steps)}, and people have to go on`)
    life.state.isExhaustionTold = true
  }
  const isQuiet = Object.values(life.state.alerts).every(fires => !fires)
  // People may take days, and all that time others are told how it stands.
  const waited = await life.wait(life.isLong, isQuiet ? limits.lookAgainMs : undefined)
  if (waited === 'held') {
    life.state.waitsAtTheEnd = true
    return 'long'
  }
  return waited === 'timed-out' ? 'look-again' : (takeTurn(life) ?? 'look-again')
}

/** A turn is taken once: resolving alerts lead to verification, and only a new resolution leads there again. */
function takeTurn(life: Life): Turn | undefined {
  const turn = life.turn()
  if (turn === 'alerts-resolved') life.state.handledResolving = life.state.lastResolving
  return turn
}

function whyNothingIsLeft(steps: number): string {
  return steps === 0 ? 'its runbook has no steps' : 'no step of its runbook brought recovery'
}
