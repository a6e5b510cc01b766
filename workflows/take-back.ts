/**
 * Runs undos: of a step that failed at once, of temporary ones after a recovery or before a person's end. An undo is an action
 * as any other. It runs once; what it could not take back is told at once, and a person is asked before the incident ends.
 */
import type { StepResult } from '../contracts/incident.ts'
import { attemptedUndo, type Step, undoId } from '../contracts/runbook.ts'
import { hurryNextLevel } from './escalate.ts'
import { askForOutcome } from './gate.ts'
import type { RegisteredUndo } from './incident-state.ts'
import { type Life, undoingIn } from './life.ts'
import { endUndo, registeredUndo, targetOf } from './registered-undos.ts'
import { nextAttempt, runOnce } from './run-step.ts'

/** A step has ended: what it registered is forgotten, kept for later, or runs now because it failed. */
export async function undoIfFailed(life: Life, step: Step, isToBeTakenBack: boolean): Promise<void> {
  const registered = registeredUndo(life, step.id)
  if (registered === undefined) return
  if (!registered.isApplied) return endUndo(life, registered, 'not-needed', 'its step did nothing')
  if (isToBeTakenBack && step.onFailure === 'undo') {
    // A person who ends the incident ends this too, unless it would be taken back all the same.
    const isEnded = (): boolean => life.state.ended !== undefined && !registered.isTemporary
    const undoing = undoingIn(life, () => (isEnded() ? 'ended' : undefined))
    await takeBack(undoing, registered)
    if (isEnded()) registered.leftBecause ??= 'a person ended the incident first'
    else tellIfLeft(life, registered)
  } else if (!registered.isTemporary) endUndo(life, registered, 'not-needed', 'its step has not failed')
}

export function isAnythingToTakeBack({ state }: Life): boolean {
  return state.undos !== undefined && state.undos.length > 0
}

/**
 * Takes back what was applied for the time of the incident, the newest first, and asks a person about what is left. False when a
 * turn came first: then the rest waits for the next recovery.
 */
export async function takeAllBack(life: Life, turn: Life['turn']): Promise<boolean> {
  const undoing = undoingIn(life, turn)
  const told = new Set<string>()
  for (;;) {
    const next = life.state.undos?.findLast(({ leftBecause }) => leftBecause === undefined)
    if (next === undefined) break
    if (turn() !== undefined) return false
    await takeBack(undoing, next)
    if (registeredUndo(life, next.step) === undefined) passStep(life, next)
    tellIfLeft(undoing, next)
    told.add(next.step)
  }
  for (const left of (life.state.undos ?? []).toReversed()) {
    if (turn() !== undefined) return false
    await askWhatIsLeft(undoing, left, told.has(left.step))
  }
  return turn() === undefined
}

/** Runs one undo to its end. It stays registered only when a turn came first. */
async function takeBack(life: Life, registered: RegisteredUndo): Promise<void> {
  const { result, because, isMoot } = await runOnce(
    life,
    attemptedUndo({ id: registered.step, target: registered.target }, registered.undo),
  )
  if (result === 'succeeded') return endUndo(life, registered, 'undone', because)
  if (isMoot === true) return endUndo(life, registered, 'undone', `nothing was left to take back: ${because}`)
  if (result === 'denied') return endUndo(life, registered, 'in-place', because)
  if (result === 'withdrawn' && life.turn() !== undefined) return
  registered.leftBecause = `its undo ${resultInWords[result]}: ${because.replace(/\.$/, '')}`
}

/** At once, whatever else goes on. */
function tellIfLeft(life: Life, registered: RegisteredUndo): void {
  const { step, undo, leftBecause } = registered
  if (leftBecause === undefined) return
  const byHand = `by hand it takes what ${undo.uses} on ${targetOf(life, registered)} does`
  hurryNextLevel(life, `${step} is still in place: ${leftBecause}; ${byHand}`)
}

/** Where the ladder would go on with this very step, it goes on with the next one: what was taken back is not applied again. */
function passStep({ input, state }: Life, { step }: RegisteredUndo): void {
  if (input.runbook.mitigate[state.nextStep]?.id === step) state.nextStep += 1
}

const resultInWords: Record<StepResult, string> = {
  succeeded: 'succeeded',
  ticked: 'was done by a person',
  skipped: 'was left out',
  denied: 'was denied',
  expired: 'was allowed by nobody',
  failed: 'failed',
  unknown: 'ended unknown',
  voided: 'could not begin',
  withdrawn: 'was withdrawn',
}

/** Nothing closes in silence with something left in place: a person takes it back by hand, or says that it stays. */
async function askWhatIsLeft(life: Life, registered: RegisteredUndo, isTold: boolean): Promise<void> {
  const { step, undo, leftBecause = '' } = registered
  const id = undoId(step)
  const attempt = nextAttempt(life, { id })
  life.state.attempts[id] = attempt
  const target = targetOf(life, registered)
  const question = `${step} is still in place: ${leftBecause}. Is it taken back by hand (what ${undo.uses} on ${target} would do)? The incident closes after the answer; not-done means that it stays in place.`
  const told = await askForOutcome(
    life,
    { step: id, attempt, question },
    {
      because: `${step} is still in place, and a person has to take it back or say that it stays`,
      isTold,
    },
  )
  if (told === 'done') endUndo(life, registered, 'undone', 'a person has taken it back by hand')
  if (told === 'not-done')
    endUndo(life, registered, 'in-place', `a person said that it stays; ${leftBecause}`)
}
