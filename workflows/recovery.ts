import { condition } from '@temporalio/workflow'
import { isMoreSevere } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { records } from './activity-stubs.ts'
import { callBeside } from './escalate.ts'
import { countFiring } from './incident-state.ts'
import { callingRunbook } from './levels.ts'
import type { Life } from './life.ts'
import { takeRebase } from './rebase.ts'
import { isAnythingToTakeBack, takeAllBack } from './take-back.ts'
import { askedOfWhole, verify } from './verification.ts'

/**
 * Proves a recovery, holds it and closes. What was applied for the time of the incident is taken back in between, and the whole
 * is proved and held once more without it: then no level pages, so that an alert that is back must not wait for the end of the proof.
 * True when it closed.
 */
export async function recover(life: Life): Promise<boolean> {
  const { state, input } = life
  // Giving a proof up is a command of its own: incidents that were opened before it end theirs.
  const hearsAtOnce = input.interpreterVersion >= 2
  for (let isTakenBack = false; ;) {
    const { isRecovered: isHeld, lastFiring: firingBefore } = state
    // The first proof begins while alerts fire, and they may be told again meanwhile.
    const isBack = (): boolean => hearsAtOnce && isHeld && state.lastFiring > firingBefore
    await takeRebase(life)
    const { isRecovered, because } = await proveRecovery(life, isBack)
    if (!isRecovered || isBack()) {
      if (isHeld && state.ended === undefined)
        loseProof(life, isBack() ? firedAgain : notWell(because, isTakenBack), isTakenBack)
      return false
    }
    const held = await holdAndClose(life, because)
    if (held === 'closed' || held === 'lost') return held === 'closed'
    isTakenBack ||= held === 'taken-back'
  }
}

const firedAgain = 'an alert fired again'

function notWell(because: string, isTakenBack: boolean): string {
  const how = isTakenBack ? 'without what was temporary' : 'by the version it was moved to'
  return `not well ${how}: ${because}`
}

/** Proves by the runbook's own measurements that the system is well, and has that recorded; given up when an alert is back. */
async function proveRecovery(
  life: Life,
  isBack: () => boolean,
): Promise<{ isRecovered: boolean; because: string }> {
  const { verify: overall, holdMs } = life.input.runbook
  life.enter('verification')
  if (overall === undefined) return clearOfAlerts(life, isBack)
  const asked = { ...askedOfWhole(life, overall), holdMs }
  const verified = await verify(life, overall, asked, () => (isBack() ? firedAgain : undefined))
  return { isRecovered: verified.verdict === 'recovered', because: verified.because }
}

/** A runbook without a verification of its own can only go by its alerts. */
async function clearOfAlerts(
  life: Life,
  isBack: () => boolean,
): Promise<{ isRecovered: boolean; because: string }> {
  const isClear = (): boolean => countFiring(life.state) === 0
  await life.record()
  const isDecided = (): boolean => isClear() || isBack() || life.state.ended !== undefined
  await condition(isDecided, limits.alertsClearWithinMs)
  if (!isClear()) return { isRecovered: false, because: 'alerts still fire' }
  const because = 'every alert has resolved'
  life.note('recovery.held', { because, holdMs: life.input.runbook.holdMs })
  life.change({ recoveredAtMs: Date.now() })
  return { isRecovered: true, because }
}

/**
 * Keeps a recovered incident open for `hold`, with its escalation stopped. `lost` when an alert came back, or never went away, so
 * that the ladder goes on; `taken-back` and `rebased` when it has to be proved once more: without what was temporary, or by another
 * version of the runbook.
 */
async function holdAndClose(
  life: Life,
  because: string,
): Promise<'closed' | 'lost' | 'taken-back' | 'rebased'> {
  const { state, input } = life
  const firingBefore = state.lastFiring
  state.isRecovered = true
  await life.record()
  const isBack = (): boolean => state.lastFiring > firingBefore
  const isRebased = (): boolean => state.rebase !== undefined
  const isOver = (): boolean => isBack() || state.ended !== undefined || isRebased()
  await condition(isOver, input.runbook.holdMs)
  await condition(() => isOver() || countFiring(state) === 0, limits.alertsClearWithinMs)
  if (!isOver() && countFiring(state) === 0 && isAnythingToTakeBack(life)) {
    const isAllBack = await takeAllBack(life, () =>
      state.ended === undefined && isBack() ? 'alert-returned' : undefined,
    )
    if (isAllBack && state.ended === undefined) return 'taken-back'
  }
  while (!isOver() && countFiring(state) === 0) {
    const seen = state.seenTransition
    const closed = await close(life, 'recovered', because)
    if (closed === 'closed') return 'closed'
    // A newer transition, or the end a person asked for, is on its way here; what it says decides.
    await condition(() => isOver() || state.seenTransition > seen)
  }
  if (state.ended !== undefined) return 'lost'
  if (isRebased() && !isBack()) return 'rebased'
  lose(life, isBack() ? firedAgain : 'alerts still fire although the measurements recovered')
  return 'lost'
}

function lose(life: Life, because: string): void {
  life.state.isRecovered = false
  life.note('recovery.lost', { because })
  life.change({ recoveredAtMs: null })
}

/**
 * A recovery that was held and had to be proved once more is lost. Nothing that was taken back is applied again by itself: then somebody is
 * called, whichever levels have paged.
 */
function loseProof(life: Life, because: string, isTakenBack: boolean): void {
  lose(life, because)
  if (isTakenBack) callBeside(life, 'it is ill again since what was temporary was taken back')
}

/** Ends the incident the way a person asked for, once what was temporary is taken back. */
export async function closeAsAsked(life: Life): Promise<void> {
  if (isAnythingToTakeBack(life)) await takeAllBack(life, () => undefined)
  const { outcome, because } = life.state.ended!
  await close(life, outcome, because)
}

export async function close(
  life: Life,
  outcome: 'recovered' | 'resolved-by-person' | 'cancelled',
  because: string,
): Promise<string> {
  const { state, input } = life
  // Of the version it was moved to, also when it ends before that one is taken.
  const { postmortem } = callingRunbook(life)
  const isDue =
    outcome !== 'cancelled' &&
    postmortem !== undefined &&
    // A routine that went well teaches nothing.
    (input.routine === undefined || state.needsPeople !== undefined) &&
    postmortem.for.some(severity => !isMoreSevere(severity, state.severity))
  const { inPlace = [] } = state
  const left = inPlace.length === 0 ? {} : { inPlace }
  const atMs = Date.now()
  return life.carry(unwritten =>
    records.close({
      number: input.number,
      runbookHash: input.runbookHash,
      seenTransition: state.seenTransition,
      from: state.phase,
      outcome,
      because: inPlace.length === 0 ? because : `${because}; still in place: ${inPlace.join(', ')}`,
      ...left,
      atMs,
      unwritten,
      ...(isDue ? { postmortemDueAtMs: atMs + postmortem.dueMs } : {}),
    }),
  )
}
