/** How far a ladder comes by what its steps are made to do: each step's end at its time, and when people are needed at once. */
import type { Autonomy, StepResult } from '../contracts/incident.ts'
import { demandGate } from '../contracts/demand-gate.ts'
import { whyUnknown } from '../contracts/filled-step.ts'
import {
  isTakenBack,
  type ManualStep,
  type Runbook,
  type Step,
  type Steadiness,
} from '../contracts/runbook.ts'
import { actionDefinitions } from '../contracts/targets/catalogue.ts'
import { conditionsOfStep, type Path } from './asked-conditions.ts'
import { type Given, holds, type MeasuredValues } from './judged-conditions.ts'

/** What a drill makes of a step that is come to. */
export type Play =
  /** It is planned, and there is nothing to do. */
  | 'moot'
  /** Its effect fails and touches nothing. */
  | 'effect-fails'
  /** It is done and does not help. */
  | 'does-not-help'
  | 'heals'

export interface Plays {
  given: Given
  /** Before an effect that heals; of roles that have no target nothing is measured. */
  values: MeasuredValues
  well: MeasuredValues
  /** What a precheck measures, where that is something else by now. */
  now?: MeasuredValues
  unbound: readonly string[]
  play(step: string): Play
  /** What people say to its gate or its manual step, and how long after it was asked; nothing: nobody answers. */
  answer(step: string): { says: 'yes' | 'no'; afterMs: number } | undefined
  /** The alerts have resolved then: what waits is not waited for any longer. */
  resolvesAtMs?: number
}

export interface FoundStep {
  id: string
  result: StepResult
  atMs: number
  /** Of its effect, how often it happens. */
  effects: number
  /** When it asked people, and how that ended. */
  gates: AskedGate[]
  /** It waited for another try when the alerts resolved. */
  isLeft?: true
}

export interface AskedGate {
  openedAtMs: number
  endedAtMs: number
  is: 'approved' | 'denied' | 'expired' | 'withdrawn'
}

export interface Ladder {
  steps: FoundStep[]
  /** When somebody is called at once, and the place of the runbook because of which. */
  hurries: { atMs: number; from: Path }[]
  end: 'healed' | 'exhausted' | 'alerts-resolved'
  endedAtMs: number
}

const autonomy: Autonomy = 'auto'

/** From `fromMs` on, at the step `first` of the list. */
export function foreseeLadder(plays: Plays, fromMs = 0, first = 0): Ladder {
  const { runbook } = plays.given
  const ladder: Ladder = { steps: [], hurries: [], end: 'exhausted', endedAtMs: fromMs }
  let leftOut = 0
  for (const [index, step] of runbook.mitigate.entries()) {
    if (index < first) continue
    if (isResolved(plays, ladder.endedAtMs)) return { ...ladder, end: 'alerts-resolved' }
    const path: Path = ['mitigate', index]
    if (isUnbound(plays, step)) {
      if (leftOut === 0) ladder.hurries.push({ atMs: ladder.endedAtMs, from: [...path, 'target'] })
      leftOut += 1
    }
    const found = foreseeStep(plays, step, index, ladder.endedAtMs)
    ladder.steps.push(found)
    ladder.endedAtMs = found.atMs
    const { result } = found
    if (result === 'succeeded') return { ...ladder, end: 'healed' }
    if (result === 'withdrawn' || found.isLeft === true) return { ...ladder, end: 'alerts-resolved' }
    const onExpiry = 'manual' in step ? step.onExpiry : gateOf(step)?.onExpiry
    const isHurried =
      result === 'expired' ? onExpiry === 'escalate' : result === 'failed' && step.onFailure === 'escalate'
    if (isHurried)
      ladder.hurries.push({
        atMs: found.atMs,
        from: [...path, result === 'expired' ? placeOfExpiry(step) : 'onFailure'],
      })
    // What no runbook asks for is asked by policy, and never stops a ladder.
    const writtenExpiry = 'manual' in step ? step.onExpiry : step.gate?.onExpiry
    if (result === 'expired' ? writtenExpiry === 'stop' : result === 'failed' && step.onFailure === 'stop')
      break
  }
  if (isResolved(plays, ladder.endedAtMs)) return { ...ladder, end: 'alerts-resolved' }
  if (runbook.mitigate.length > leftOut) ladder.hurries.push({ atMs: ladder.endedAtMs, from: ['mitigate'] })
  return ladder
}

function placeOfExpiry(step: Step | ManualStep): string {
  return 'manual' in step ? 'onExpiry' : 'gate'
}

/** Who is asked before a step is done, by the runbook or by policy. */
export function gateOf({ gate, uses }: Pick<Step, 'gate' | 'uses'>): ReturnType<typeof demandGate> {
  return demandGate(gate, autonomy, actionDefinitions[uses].risk)
}

export function isUnbound(
  { unbound, given }: Pick<Plays, 'unbound' | 'given'>,
  step: Step | ManualStep,
): boolean {
  return (
    !('manual' in step) && (unbound.includes(step.target) || given.runbook.targets[step.target] === undefined)
  )
}

function isResolved({ resolvesAtMs }: Plays, atMs: number): boolean {
  return resolvesAtMs !== undefined && atMs >= resolvesAtMs
}

function foreseeStep(plays: Plays, step: Step | ManualStep, index: number, fromMs: number): FoundStep {
  const { given, values } = plays
  const { runbook, inputs } = given
  const { when, precheck } = conditionsOfStep(step, index)
  const end = (result: StepResult, atMs: number): FoundStep => ({
    id: step.id,
    result,
    atMs,
    effects: 0,
    gates: [],
  })
  const isLeftOut =
    isUnbound(plays, step) ||
    whyUnknown(step, runbook, [...inputs]) !== undefined ||
    (when !== undefined && holds(given, when, values) !== true)
  if (isLeftOut) return end('skipped', fromMs)
  const readyMs = fromMs + (step.precheck?.afterMs ?? 0)
  if (readyMs > fromMs && isResolved(plays, readyMs)) return end('withdrawn', plays.resolvesAtMs ?? readyMs)
  if (precheck !== undefined && holds(given, precheck, plays.now ?? values) !== true)
    return end('skipped', readyMs)
  return 'manual' in step
    ? foreseeManual(plays, step, index, readyMs)
    : foreseeTries(plays, step, index, readyMs)
}

function foreseeManual(plays: Plays, step: ManualStep, index: number, fromMs: number): FoundStep {
  const asked = ask(plays, step.id, fromMs, step.expiresMs)
  const end = (result: StepResult, atMs = asked.endedAtMs): FoundStep => ({
    id: step.id,
    result,
    atMs,
    effects: 0,
    gates: [asked],
  })
  if (asked.is === 'denied') return end('failed')
  if (asked.is !== 'approved') return end(asked.is)
  if (step.verify === undefined) return end('ticked')
  const { until } = conditionsOfStep(step, index)
  const isWell =
    until !== undefined &&
    holds(plays.given, until, plays.play(step.id) === 'heals' ? plays.well : plays.values) === true
  const proof = foreseeProof(step.verify, isWell, asked.endedAtMs)
  return end(proof.isProved ? 'succeeded' : 'failed', proof.atMs)
}

function ask(plays: Plays, step: string, openedAtMs: number, expiresMs: number): AskedGate {
  const answer = plays.answer(step)
  const expiresAtMs = openedAtMs + expiresMs
  const answeredMs = answer === undefined ? Infinity : openedAtMs + answer.afterMs
  const resolvesMs = plays.resolvesAtMs ?? Infinity
  const endedAtMs = Math.min(expiresAtMs, answeredMs, resolvesMs)
  if (endedAtMs === answeredMs)
    return { openedAtMs, endedAtMs, is: answer?.says === 'yes' ? 'approved' : 'denied' }
  return { openedAtMs, endedAtMs, is: endedAtMs === resolvesMs ? 'withdrawn' : 'expired' }
}

/** With its retries: each of them is planned, asked for and proved anew. */
function foreseeTries(plays: Plays, step: Step, index: number, fromMs: number): FoundStep {
  let [atMs, effects] = [fromMs, 0]
  const gates: AskedGate[] = []
  const tries = 1 + (step.retry?.times ?? 0)
  for (let tried = 1; ; tried += 1) {
    const found = foreseeTry(plays, step, index, atMs)
    effects += found.effects
    gates.push(...found.gates)
    atMs = found.atMs
    if (found.result !== 'failed' || tried === tries) return { ...found, effects, gates }
    atMs += step.retry?.afterMs ?? 0
    if (isResolved(plays, atMs))
      return { ...found, atMs: plays.resolvesAtMs ?? atMs, effects, gates, isLeft: true }
  }
}

function foreseeTry(plays: Plays, step: Step, index: number, fromMs: number): FoundStep {
  const { id } = step
  const play = plays.play(id)
  if (play === 'moot') return { id, result: 'skipped', atMs: fromMs, effects: 0, gates: [] }
  const demand = gateOf(step)
  const gate = demand === undefined ? undefined : ask(plays, id, fromMs, demand.expiresMs)
  const gates = gate === undefined ? [] : [gate]
  if (gate !== undefined && gate.is !== 'approved')
    return { id, result: gate.is, atMs: gate.endedAtMs, effects: 0, gates }
  const doneMs = gate?.endedAtMs ?? fromMs
  if (play === 'effect-fails') return { id, result: 'failed', atMs: doneMs, effects: 0, gates }
  const { until } = conditionsOfStep(step, index)
  const values = play === 'heals' ? plays.well : plays.values
  const isWell = until !== undefined && holds(plays.given, until, values) === true
  const { isProved, atMs } = foreseeProof(step.verify, isWell, doneMs)
  return { id, result: isProved ? 'succeeded' : 'failed', atMs, effects: 1, gates }
}

/** When it is known, of values that stay as they are: proved as soon as they have held, given up with the last measurement. */
export function foreseeProof(
  { settleMs, forMs, withinMs, everyMs }: Steadiness,
  isWell: boolean,
  fromMs: number,
): { isProved: boolean; atMs: number } {
  const last = Math.max(0, Math.ceil(withinMs / everyMs) - 1)
  const needed = Math.ceil(forMs / everyMs)
  const isProved = isWell && needed <= last
  return { isProved, atMs: fromMs + settleMs + (isProved ? needed : last) * everyMs }
}

/** A step that is taken back would be, once it has done something. */
export function failing(step: Step | ManualStep): Play {
  return !('manual' in step) && isTakenBack(step) ? 'effect-fails' : 'does-not-help'
}

export function stepNamed(runbook: Runbook, id: string): { step: Step | ManualStep; index: number } {
  const index = runbook.mitigate.findIndex(step => step.id === id)
  return { step: runbook.mitigate[index]!, index }
}
