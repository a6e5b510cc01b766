import type { GateState } from '../contracts/incident.ts'
import type { PlanOutcome } from '../activities/plan.ts'
import { gateIdOf } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { ManualStep } from '../contracts/runbook.ts'
import { records } from './activity-stubs.ts'
import { callBeside, hurryNextLevel } from './escalate.ts'
import type { Life, Turn } from './life.ts'
import { needPeople } from './need-people.ts'

type OpenGate = NonNullable<Extract<PlanOutcome, { state: 'planned' }>['gate']>

/**
 * Waits for people, the clock, or a turn that makes the question moot. Whoever came first is decided by the gate's row, and
 * this follows the row: an approval that beat the expiry counts even when its message comes later.
 */
export async function awaitGate(life: Life, gate: OpenGate): Promise<Exclude<GateState, 'open'>> {
  const { state } = life
  needPeople(life, 'it waits for an approval')
  state.openGate = gate.id
  const waited = await life.wait(() => state.decisions[gate.id] !== undefined, gate.expiresAtMs - Date.now())
  const decided = waited === 'held' ? state.decisions[gate.id]! : await askRow(life, gate, waited)
  delete state.openGate
  return decided
}

async function askRow(
  life: Life,
  gate: OpenGate,
  waited: 'turned' | 'timed-out',
): Promise<Exclude<GateState, 'open'>> {
  const atMs = Date.now()
  const now =
    waited === 'turned'
      ? await records.withdrawGate({ gateId: gate.id, because: whyNeedless(life), atMs })
      : await records.expireGate({ gateId: gate.id, atMs: Math.max(atMs, gate.expiresAtMs) })
  return now === 'open' ? 'expired' : now
}

const whyMoot: Record<Turn, string> = {
  ended: 'a person ended the incident',
  rebased: 'the incident was moved to another version of its runbook',
  'alerts-resolved': 'the alerts resolved',
  'alert-returned': 'an alert fired again',
}

/**
 * Nobody but a person can tell whether an effect happened: asks, pages, and waits until somebody answers or the incident
 * turns. An answer that beat the turn counts even when its message comes later: it is in the row.
 */
export async function askForOutcome(
  life: Life,
  about: { step: string; attempt: number; question: string },
  { because, isTold }: Asking = {
    because: 'a person has to say whether a step was done: its worker was lost',
  },
): Promise<'done' | 'not-done' | 'withdrawn'> {
  const { state, input } = life
  const id = gateIdOf('outcome', input.number, about.step, about.attempt)
  const gate = {
    id,
    incident: input.number,
    kind: 'outcome',
    runbookHash: input.runbookHash,
    approvers: ['role:approver'],
    quorum: 1,
    ...about,
  } as const
  await life.carry(unwritten =>
    records.openGate({ gate: { ...gate, approvers: [...gate.approvers], atMs: Date.now() }, unwritten }),
  )
  if (isTold !== true) hurryNextLevel(life, because)
  state.openGate = id
  await awaitAnswer(life, id, because)
  delete state.openGate
  if (state.answers[id] !== undefined) return state.answers[id]
  return records.withdrawQuestion({
    gateId: id,
    because: 'the incident took another turn',
    atMs: Date.now(),
  })
}

export interface Asking {
  /** Whoever is paged reads it. */
  because: string
  /** People were called about it a moment ago. */
  isTold?: boolean
}

/**
 * The levels go on paging while a question waits. After a recovery and after a person's end none does: then whoever is called is called
 * again as often as a gate that nobody decides calls the next one.
 */
async function awaitAnswer(life: Life, id: string, because: string): Promise<void> {
  const { state, input } = life
  const isAnswered = (): boolean => state.answers[id] !== undefined
  const isRepeated = life.isUndoing === true && input.interpreterVersion >= 2
  // Whatever version it goes on with, what became of an effect has to be known.
  const isMoot = (turn: Turn): boolean => turn !== 'rebased'
  if (!isRepeated) return void (await life.wait(isAnswered, undefined, isMoot))
  for (let further = 1; ; further += 1) {
    if ((await life.wait(isAnswered, pauseMs(life), isMoot)) !== 'timed-out') return
    if (state.isRecovered || state.ended !== undefined)
      callBeside(life, because, { waitsFor: 'answer', further })
  }
}

/** Weeks of pages must not outgrow a history. */
function pauseMs(life: Life): number {
  return life.isLong() ? limits.updateEveryOfLongMs : limits.gateExpiresMs
}

/** Who may tick what no runbook narrows: whoever may act on an incident at all. */
const anybodyAtWork = ['role:responder', 'role:approver']

/**
 * Asks for a person's tick and waits for it, the clock, or a turn that makes it needless. The row says who was first: a tick that
 * beat the expiry counts even when its message comes later.
 */
export async function askForTick(
  life: Life,
  step: ManualStep,
  attempt: number,
): Promise<'done' | 'not-done' | 'expired' | 'withdrawn'> {
  const { state, input } = life
  const gateId = gateIdOf('manual', input.number, step.id, attempt)
  const atMs = Date.now()
  const expiresAtMs = atMs + step.expiresMs
  const gate = {
    id: gateId,
    incident: input.number,
    kind: 'manual' as const,
    step: step.id,
    attempt,
    runbookHash: input.runbookHash,
    question: step.manual,
    approvers: step.by ?? anybodyAtWork,
    quorum: 1,
    expiresAtMs,
    atMs,
  }
  await life.carry(unwritten => records.openGate({ gate, unwritten }))
  state.openGate = gateId
  const waited = await life.wait(() => state.answers[gateId] !== undefined, expiresAtMs - Date.now())
  delete state.openGate
  if (waited === 'held') return state.answers[gateId]!
  const now = Date.now()
  return waited === 'turned'
    ? records.withdrawQuestion({ gateId, because: whyNeedless(life), atMs: now })
    : records.expireQuestion({ gateId, atMs: Math.max(now, expiresAtMs) })
}

function whyNeedless(life: Life): string {
  return whyMoot[life.turn() ?? 'alerts-resolved']
}
