import { type EndOfStep, whatWasTaken } from '../contracts/ends-of-steps.ts'
import type { StepResult } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { isTakenBack, type ManualStep, type Step, stepsInFull } from '../contracts/runbook.ts'
import { callAgain } from './escalate.ts'
import type { Life } from './life.ts'
import { isAsHoped } from './mitigate.ts'
import { isWindowClosed, needPeople } from './need-people.ts'
import { close, closeAsAsked } from './recovery.ts'
import { runStep } from './run-step.ts'
import { isAnythingToTakeBack, takeAllBack, undoIfFailed } from './take-back.ts'
import type { Ended } from './try-step.ts'
import { askedOfWhole, verify } from './verification.ts'

/**
 * The life of a routine after triage: every step in its order, then the proof of the whole, and the end. Nobody is called while that
 * goes well; from the first thing that does not, people are, and what was stopped stays with them.
 */
export async function runRoutine(life: Life): Promise<'closed' | 'long'> {
  for (;;) {
    const taken = await takeSteps(life)
    if (taken === 'long') return 'long'
    if (taken === 'all' && (await prove(life))) return 'closed'
    // Stopped, or not well: what is measured may change by itself, what was not done does not.
    const waited = await life.wait(life.isLong, taken === 'all' ? limits.lookAgainMs : undefined)
    if (life.state.ended !== undefined) {
      await closeAsAsked(life)
      return 'closed'
    }
    if (waited === 'held') return 'long'
  }
}

async function takeSteps(life: Life): Promise<'all' | 'stopped' | 'long'> {
  const { state, input } = life
  const steps = stepsInFull(input.runbook)
  if (state.nextStep < steps.length && state.isStopped === undefined) life.enter('mitigation')
  while (state.isStopped === undefined) {
    if (state.ended !== undefined) return 'stopped'
    if (life.isLong()) return 'long'
    const step = steps[state.nextStep]
    if (step === undefined) return 'all'
    const ended = await runStep(life, step)
    if (ended.result === 'withdrawn') continue
    state.nextStep += 1
    if (!('manual' in step) && isTakenBack(step)) await undoIfFailed(life, step, !isAsHoped(ended.result))
    const end = endOf(life, step, ended)
    state.steps = { ...state.steps, [end]: (state.steps?.[end] ?? 0) + 1 }
    if (end === 'not-done') failed(life, step, ended)
  }
  return 'stopped'
}

/** A tick is a person's word that it is done, and so is what measures it. What nobody could judge is not done. */
function endOf(life: Life, step: Step | ManualStep, { result, noData, isObserved }: Ended): EndOfStep {
  if (result === 'succeeded' || result === 'ticked') return 'taken'
  if (result !== 'skipped' || noData === true || isUnbound(life, step)) return 'not-done'
  return isObserved === true ? 'observed' : 'not-needed'
}

function isUnbound(life: Life, step: Step | ManualStep): boolean {
  return !('manual' in step) && life.bound(step.target) === undefined
}

function failed(life: Life, step: Step | ManualStep, ended: Ended): void {
  const because = whyFailed(life, step, ended)
  const isNew = needPeople(life, because)
  const goesOn = !isWindowClosed(life) && goesOnAfter(step, ended.result)
  // Whoever says that it is not done, or may not be, knows it.
  const isToBeTold = ended.isSaid !== true && (!goesOn || step.onFailure === 'escalate')
  if (!isNew && isToBeTold) callAgain(life, because)
  if (goesOn) return
  life.state.isStopped = true
  life.note('routine.stopped', { because })
}

function whyFailed(life: Life, step: Step | ManualStep, { result, because, noData }: Ended): string {
  if (isUnbound(life, step)) return `step ${step.id} has no target`
  return noData === true ? `step ${step.id} was left out: ${because}` : `step ${step.id} ended as ${result}`
}

/** Only where its author said so: what was denied is not gone around. */
function goesOnAfter(step: Step | ManualStep, result: StepResult): boolean {
  if (result === 'denied') return false
  if (result === 'expired') return ('manual' in step ? step.onExpiry : step.gate?.onExpiry) === 'next'
  return step.onFailure === 'next' || step.onFailure === 'escalate'
}

/** True when it is over. What was there for the time of it is taken back, and the whole is proved once more without it. */
async function prove(life: Life): Promise<boolean> {
  for (;;) {
    const { isWell, because } = await proof(life)
    if (life.state.ended !== undefined) return false
    if (!isWell) {
      unproved(life, `it is not proved: ${because}`)
      return false
    }
    if (!isAnythingToTakeBack(life)) return (await close(life, 'recovered', because)) === 'closed'
    await takeAllBack(life, () => undefined)
  }
}

/** It is looked at again and again; people are called for it once. */
function unproved(life: Life, because: string): void {
  if (!needPeople(life, because) && !life.state.isExhaustionTold) callAgain(life, because)
  life.state.isExhaustionTold = true
}

async function proof(life: Life): Promise<{ isWell: boolean; because: string }> {
  const { verify: overall } = life.input.runbook
  life.enter('verification')
  if (overall === undefined) return { isWell: true, because: whatWasTaken(life.state.steps) }
  const verified = await verify(life, overall, askedOfWhole(life, overall))
  return { isWell: verified.verdict === 'recovered', because: verified.because }
}
