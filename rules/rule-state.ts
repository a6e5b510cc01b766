/** The life of a rule: inactive, pending while its condition holds, firing, and after resolving a cooldown. Pure. */
import type { RuleConfiguration } from '../contracts/configuration/rules.ts'
import { limits } from '../contracts/limits.ts'
import type { Measured, RulePhase, RuleProblem, RuleState } from '../contracts/rule.ts'
import { conditionHolds } from './condition.ts'
import { aggregated, slide } from './window.ts'

export interface Evaluated {
  state: RuleState
  /** What the receiver of alerts must be told; a firing alert is told again from time to time. */
  report?: 'firing' | 'resolved'
}

/** The state of a rule that nobody has evaluated yet. */
export function newRuleState(atMs: number): RuleState {
  return { phase: 'inactive', sinceMs: atMs, samples: [] }
}

/** The state after a measurement at `atMs`. What says nothing about the condition starts nothing and ends nothing. */
export function evaluateRule(
  rule: RuleConfiguration,
  before: RuleState,
  measured: Measured,
  atMs: number,
): Evaluated {
  const state = withMeasurement(rule, before, measured, atMs)
  return judge(rule, state, conditionHolds(rule, measured, state.value), atMs)
}

function withMeasurement(
  rule: RuleConfiguration,
  before: RuleState,
  measured: Measured,
  atMs: number,
): RuleState {
  const { value: _, problem: previous, ...kept } = before
  const fresh = measured.is === 'value' ? measured.value : undefined
  const samples = rule.windowMs === undefined ? [] : slide(before.samples, rule.windowMs, atMs, fresh)
  const value = rule.aggregate === 'last' || fresh === undefined ? fresh : aggregated(samples, rule.aggregate)
  const problem = problemOf(rule, measured)
  return {
    ...kept,
    samples,
    measuredAtMs: atMs,
    ...(value === undefined ? {} : { value }),
    ...(problem === undefined ? {} : { problem: { ...problem, sinceMs: previous?.sinceMs ?? atMs } }),
  }
}

function problemOf(rule: RuleConfiguration, measured: Measured): RuleProblem | undefined {
  switch (measured.is) {
    case 'value':
      return undefined
    case 'problem':
      return measured.problem
    case 'not-a-number':
      return rule.operator === 'absent'
        ? undefined
        : { code: 'no_data', message: 'What was measured is NaN or infinite.' }
    case 'absent':
      // It is what a rule with this operator waits for; its alert tells.
      if (rule.operator === 'absent') return undefined
      return measured.problem ?? { code: 'no_data', message: 'There is no such series or row.' }
    default:
      return measured satisfies never
  }
}

function judge(
  rule: RuleConfiguration,
  state: RuleState,
  holds: boolean | undefined,
  atMs: number,
): Evaluated {
  switch (state.phase) {
    case 'cooldown': {
      const endsMs = state.sinceMs + rule.cooldownMs
      return atMs < endsMs ? { state } : judge(rule, entered(state, 'inactive', endsMs), holds, atMs)
    }
    case 'inactive':
      return holds === true ? held(rule, entered(state, 'pending', atMs), atMs) : { state }
    case 'pending':
      return judgePending(rule, state, holds, atMs)
    case 'firing':
      return judgeFiring(rule, state, holds, atMs)
    default:
      return state.phase satisfies never
  }
}

function judgePending(
  rule: RuleConfiguration,
  state: RuleState,
  holds: boolean | undefined,
  atMs: number,
): Evaluated {
  if (holds === undefined) return { state }
  if (!holds) return { state: entered(state, 'inactive', atMs) }
  const unseenMs = atMs - (state.heldAtMs ?? state.sinceMs)
  const isUnseen = unseenMs > Math.max(limits.ruleGapMs, 3 * rule.everyMs)
  return held(rule, isUnseen ? entered(state, 'pending', atMs) : state, atMs)
}

function held(rule: RuleConfiguration, state: RuleState, atMs: number): Evaluated {
  if (atMs - state.sinceMs < rule.forMs) return { state: { ...state, heldAtMs: atMs } }
  return { state: { ...entered(state, 'firing', atMs), reportedAtMs: atMs }, report: 'firing' }
}

function judgeFiring(
  rule: RuleConfiguration,
  state: RuleState,
  holds: boolean | undefined,
  atMs: number,
): Evaluated {
  const { clearSinceMs, ...firing } = state
  if (holds === true) return reportedAgain(firing, atMs)
  if (holds === undefined) return reportedAgain(state, atMs)
  const clear = { ...firing, clearSinceMs: clearSinceMs ?? atMs }
  if (atMs - clear.clearSinceMs < rule.clearForMs) return reportedAgain(clear, atMs)
  return {
    state: entered(state, rule.cooldownMs > 0 ? 'cooldown' : 'inactive', atMs),
    report: 'resolved',
  }
}

function reportedAgain(state: RuleState, atMs: number): Evaluated {
  if (atMs - (state.reportedAtMs ?? 0) < limits.ruleRepeatMs) return { state }
  return { state: { ...state, reportedAtMs: atMs }, report: 'firing' }
}

/** What belongs to the phase before is left behind. */
function entered(state: RuleState, phase: RulePhase, sinceMs: number): RuleState {
  const { heldAtMs: _held, clearSinceMs: _clear, reportedAtMs: _reported, ...kept } = state
  return { ...kept, phase, sinceMs }
}
