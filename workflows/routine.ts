import type { StepResult } from '../contracts/incident.ts'
import { isTakenBack, type ManualStep, type Step, stepsInFull } from '../contracts/runbook.ts'
import { hurryNextLevel } from './escalate.ts'
import type { Life } from './life.ts'
import { isAsHoped, lookAgainMs } from './mitigate.ts'
import { isWindowClosed, needPeople } from './need-people.ts'
import { close, closeAsAsked } from './recovery.ts'
import { runStep } from './run-step.ts'
import { isAnythingToTakeBack, takeAllBack, undoIfFailed } from './take-back.ts'
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
    const waited = await life.wait(life.isLong, taken === 'all' ? lookAgainMs : undefined)
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
    const result = await runStep(life, step)
    if (result === 'withdrawn') continue
    state.nextStep += 1
    if (!('manual' in step) && isTakenBack(step)) await undoIfFailed(life, step, !isAsHoped(result))
    if (!isDone(life, step, result)) failed(life, step, result)
  }
  return 'stopped'
}

/** A tick is a person's word that it is done, and so is what measures it. */
function isDone(life: Life, step: Step | ManualStep, result: StepResult): boolean {
  return result === 'succeeded' || result === 'ticked' || (result === 'skipped' && !isUnbound(life, step))
}

function isUnbound(life: Life, step: Step | ManualStep): boolean {
  return !('manual' in step) && life.bound(step.target) === undefined
}

function failed(life: Life, step: Step | ManualStep, result: StepResult): void {
  const because = isUnbound(life, step)
    ? `step ${step.id} has no target`
    : `step ${step.id} ended as ${result}`
  const isNew = needPeople(life, because)
  if (!isNew && step.onFailure === 'escalate') hurryNextLevel(life, because)
  if (!isWindowClosed(life) && goesOnAfter(step, result)) return
  life.state.isStopped = true
  life.note('routine.stopped', { because })
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
      needPeople(life, `it is not proved: ${because}`)
      return false
    }
    if (!isAnythingToTakeBack(life)) return (await close(life, 'recovered', because)) === 'closed'
    await takeAllBack(life, () => undefined)
  }
}

async function proof(life: Life): Promise<{ isWell: boolean; because: string }> {
  const { verify: overall } = life.input.runbook
  life.enter('verification')
  if (overall === undefined) return { isWell: true, because: 'every step was taken' }
  const verified = await verify(life, overall, askedOfWhole(life, overall))
  return { isWell: verified.verdict === 'recovered', because: verified.because }
}
