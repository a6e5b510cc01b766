/** A threshold rule while it is evaluated: what is measured, and what is remembered. */
import type { ErrorCode } from './error-codes.ts'

/** `absent` holds when there is no value: the endpoint is silent, or the query finds nothing. */
export const ruleOperators = ['>', '>=', '<', '<=', '==', '!=', 'absent'] as const
export type RuleOperator = (typeof ruleOperators)[number]

export const ruleAggregates = ['last', 'min', 'max', 'avg', 'increase'] as const
export type RuleAggregate = (typeof ruleAggregates)[number]

export const ruleSeverities = ['critical', 'high', 'warning', 'info'] as const

/** What one measurement of a rule gave. */
export type Measured =
  | { is: 'value'; value: number }
  /** NaN or an infinity: something is there, and nothing to compare with. */
  | { is: 'not-a-number' }
  /** No series, no row, or no answer at all; then `problem` says why. */
  | { is: 'absent'; problem?: RuleProblem }
  /** An answer that cannot be used: it says nothing about the value. */
  | { is: 'problem'; problem: RuleProblem }

export interface RuleProblem {
  code: ErrorCode
  message: string
}

export function measuredAs(value: number): Measured {
  return Number.isFinite(value) ? { is: 'value', value } : { is: 'not-a-number' }
}

const readableDigits = 6
const wholeFrom = 100_000

/** `0.951235`, `1234567`: six digits are what a person reads, and no whole number loses any. */
export function readableNumber(value: number): string {
  return String(Math.abs(value) >= wholeFrom ? Math.round(value) : Number(value.toPrecision(readableDigits)))
}

export const rulePhases = ['inactive', 'pending', 'firing', 'cooldown'] as const
export type RulePhase = (typeof rulePhases)[number]

/** All a rule remembers between two evaluations. Milliseconds since the epoch. */
export interface RuleState {
  phase: RulePhase
  sinceMs: number
  /** Of `pending`: when the condition was last seen to hold. */
  heldAtMs?: number
  /** Of `firing`: since when the condition has not held. */
  clearSinceMs?: number
  /** Of `firing`: when the alert was last reported. */
  reportedAtMs?: number
  /** What was measured inside the window, the oldest first; empty when the last value is compared. */
  samples: [atMs: number, value: number][]
  /** What the threshold was compared with; missing when nothing was measured. */
  value?: number
  measuredAtMs?: number
  problem?: RuleProblem & { sinceMs: number }
}

/** What an alert of a rule says; kept with the rule, so that it can still be resolved when the rule is gone. */
export interface RuleAlert {
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
}
