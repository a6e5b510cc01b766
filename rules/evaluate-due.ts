import { CodedError, isCodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import type { Measured } from '../contracts/rule.ts'
import type { Pool } from '../store/database.ts'
import type { AcceptedDelivery } from '../store/deliveries.ts'
import type { ReplacedRule } from '../store/rule-editions.ts'
import { finishRule, type TakenRule } from '../store/rule-evaluations.ts'
import type { Rule } from './edition.ts'
import { firingAlert, ruleDelivery } from './rule-alert.ts'
import { evaluateRule } from './rule-state.ts'

/** Measures what a rule watches, once. An answer that cannot be used is thrown as a CodedError or told as a problem. */
export type MeasureRule = (rule: Rule, signal: AbortSignal) => Promise<Measured>

/** Evaluates a rule that was taken, and stores what came of it; false when somebody else had taken it meanwhile. */
export async function evaluateTaken(
  pool: Pool,
  measure: MeasureRule,
  rule: Rule,
  taken: TakenRule,
  stopping: AbortSignal,
): Promise<boolean> {
  const measured = await measuredOnce(measure, rule, stopping)
  const { name, lease, atMs, state: before } = taken
  const { state, report } = evaluateRule(rule, before, measured, atMs)
  const evaluated = { name, lease, state }
  switch (report) {
    case undefined:
      return finishRule(pool, { ...evaluated, reported: taken.reported })
    case 'firing': {
      const alert = firingAlert(rule, state)
      const startsAtMs = state.sinceMs
      return finishRule(pool, {
        ...evaluated,
        reported: alert,
        delivery: ruleDelivery(name, alert, { status: 'firing', startsAtMs, atMs }),
      })
    }
    case 'resolved': {
      // It says what it said while it fired; the value of the recovery would read like the one of the trouble.
      const alert = taken.reported ?? firingAlert(rule, before)
      const startsAtMs = before.sinceMs
      return finishRule(pool, {
        ...evaluated,
        reported: undefined,
        delivery: ruleDelivery(name, alert, { status: 'resolved', startsAtMs, atMs }),
      })
    }
    default:
      return report satisfies never
  }
}

async function measuredOnce(measure: MeasureRule, rule: Rule, stopping: AbortSignal): Promise<Measured> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(limits.ruleMeasureMs)])
  try {
    // Whoever does not heed the signal is not waited for.
    return await Promise.race([measure(rule, signal), abortion(signal)])
  } catch (error) {
    stopping.throwIfAborted()
    const { code, message, family } = isCodedError(error) ? error : tooLate(rule, signal, error)
    const problem = { code, message }
    // Silence is an absence; a refusal, or a fault of ours, is none.
    return family === 'unavailable' ? { is: 'absent', problem } : { is: 'problem', problem }
  }
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function tooLate(rule: Rule, signal: AbortSignal, error: unknown): CodedError {
  return signal.aborted
    ? new CodedError('target_unavailable', `${rule.target} did not answer within ${limits.ruleMeasureMs} ms.`)
    : new CodedError('internal', `Measuring ${rule.name} failed: ${String(error)}`)
}

/** What a rule that fired has to report when its configuration is gone. */
export function reportOfReplaced(
  { name, isEdited, state, reported }: ReplacedRule,
  atMs: number,
): AcceptedDelivery | undefined {
  if (state.phase !== 'firing' || reported === undefined) return undefined
  const because = isEdited ? 'its rule was edited and starts anew' : 'its rule was removed'
  return ruleDelivery(name, reported, { status: 'resolved', startsAtMs: state.sinceMs, atMs, because })
}
