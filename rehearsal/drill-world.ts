/** How the targets of a drill answer: by the script of the drill, and by what has been done to them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Effect } from '../activities/targets/target.ts'
import { CodedError } from '../contracts/coded-error.ts'
import type { CheckChange, Drill, ScriptedAttempt } from '../contracts/drill.ts'
import { type CheckUse, type Runbook } from '../contracts/runbook.ts'
import type { ParameterValue } from '../contracts/targets/catalogue.ts'
import type { Measured, Receipt } from '../drills/happened.ts'
import type { DrillClock } from './drill-clock.ts'
import type { Moment, ScriptedTarget } from './scripted-targets.ts'

export interface DrillWorld {
  target: ScriptedTarget
  /** One for each effect, written as it happens: what really was done, whatever the record says. */
  receipts: Receipt[]
  measured: Measured[]
}

/** @param roleOf the role that a target of the drill fills. */
export function createDrillWorld(
  { given }: Drill,
  runbook: Runbook,
  clock: DrillClock,
  roleOf: (target: string) => string,
): DrillWorld {
  const receipts: Receipt[] = []
  const measured: Measured[] = []

  async function measure(moment: Moment): Promise<Record<string, unknown>> {
    const { target, nowMs } = moment
    const check = checkOf(runbook, roleOf(target), moment)
    const changes = (given.checks[check?.name ?? ''] ?? []).filter(
      change => (change.target ?? target) === target && hasCome(change, nowMs - clock.openedAtMs, receipts),
    )
    const takesMs = changes.findLast(change => change.takesMs !== undefined)?.takesMs
    if (takesMs !== undefined) await delay(takesMs)
    const answer = answerOf(changes)
    if (check !== undefined) measured.push({ moment: clock.at(nowMs), check: check.name, target, ...answer })
    if ('problem' in answer) throw new CodedError('target_unavailable', answer.problem)
    return answer.values
  }

  function attemptOf({ step, attempt }: Moment): ScriptedAttempt {
    const attempts = given.steps[step] ?? []
    return attempts[Math.min(Math.max(attempt, 1), attempts.length) - 1] ?? {}
  }

  function wouldTouch(moment: Moment): number {
    const { cannotPlan, wouldTouch: found = 1 } = attemptOf(moment)
    if (cannotPlan !== undefined) throw new CodedError('target_rejected', cannotPlan)
    return found
  }

  function identity(moment: Moment): { name: string; instance: string } {
    const isOther = attemptOf(moment).isReplaced === true && moment.isActing
    return { name: moment.target, instance: isOther ? 'another one' : 'the one' }
  }

  async function apply(asked: Moment): Promise<Effect> {
    const { fails, unknown, takesMs, touches, wouldTouch: planned = 1 } = attemptOf(asked)
    if (takesMs !== undefined) await delay(takesMs)
    const touched = touches ?? (fails === undefined ? planned : 0)
    // Of what nobody can tell the worst is assumed: that it was done.
    const isDone = fails === undefined ? unknown !== 'not-done' : touched > 0
    if (isDone) {
      const { step, attempt, uses: action, target, parameters, nowMs } = asked
      const moment = clock.at(nowMs + (takesMs ?? 0))
      receipts.push({ moment, step, attempt, action, target, parameters })
    }
    if (fails !== undefined) throw new CodedError('target_rejected', fails, { fields: { touched } })
    if (unknown !== undefined)
      throw new CodedError('target_unavailable', 'The target stopped answering in the middle of it.')
    return { touched, unit: 'things', evidence: {} }
  }

  return {
    receipts,
    measured,
    target: {
      measure,
      wouldTouch,
      identity,
      apply,
      // A worker that was lost left no word: the target knows what its receipts say.
      probe: moment => ({
        answer:
          attemptOf(moment).unknown ??
          (receipts.some(({ step, attempt }) => step === moment.step && attempt === moment.attempt)
            ? 'done'
            : 'not-done'),
        evidence: {},
      }),
    },
  }
}

/** Which of the runbook's checks asks: that of its kind on this role whose parameters were given. */
function checkOf(runbook: Runbook, role: string, { uses, parameters }: Moment): CheckUse | undefined {
  const ofRole = runbook.triage.checks.filter(check => check.uses === uses && check.target === role)
  return ofRole.find(check => isGiven(check.with, parameters)) ?? ofRole[0]
}

function isGiven(wanted: Record<string, ParameterValue>, given: Record<string, ParameterValue>): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(given[name]) === JSON.stringify(value),
  )
}

function hasCome({ from }: CheckChange, sinceOpeningMs: number, receipts: readonly Receipt[]): boolean {
  if ('atMs' in from) return sinceOpeningMs >= from.atMs
  const effect = receipts.find(({ step }) => step === from.afterEffectOf)
  return effect !== undefined && sinceOpeningMs >= effect.moment.atMs + from.afterMs
}

type Answer = { values: Record<string, unknown> } | { problem: string }

/** What was said last of each field, unless the last word is that nothing can be measured. */
function answerOf(changes: readonly CheckChange[]): Answer {
  const problem = changes.at(-1)?.fails
  if (problem !== undefined) return { problem }
  const values: Record<string, unknown> = {}
  for (const { is } of changes)
    for (const [field, value] of Object.entries(is ?? {})) {
      if (value === null) delete values[field]
      else values[field] = value
    }
  return { values }
}
