/** One step of the ladder with everything around its attempts: the look before it, and its retries after it. */
import { limits } from '../contracts/limits.ts'
import type { Attempted, ManualStep, Step } from '../contracts/runbook.ts'
import { valueScope, withInputs } from '../language/conditions.ts'
import type { Life } from './life.ts'
import { takeManualStep } from './manual-step.ts'
import { measureCheck } from './triage.ts'
import { type Ended, tryStep, whyNotNeeded } from './try-step.ts'
import { whyNotTrue } from './why-not-true.ts'

/** Takes one step of the ladder to its end, with its retries: the result is a value, whatever happened. */
export async function runStep(life: Life, step: Step | ManualStep): Promise<Ended> {
  const attempt = nextAttempt(life, step)
  const skipped = await precheck(life, step, attempt)
  if (skipped !== undefined) return endStep(life, step, attempt, skipped)
  if ('manual' in step) {
    life.state.attempts[step.id] = attempt
    return endStep(life, step, attempt, await takeManualStep(life, step, attempt))
  }
  const times = step.retry?.times ?? 0
  for (let retried = 0; ; retried += 1) {
    const ended = await runOnce(life, step)
    const { result } = ended
    // What a try before it did is not made good by one that was not made.
    if (retried > 0 && (result === 'skipped' || result === 'denied')) return { ...ended, result: 'failed' }
    if (result !== 'failed' || retried === times) return ended
    const because = `it is tried again then (${retried + 1} of ${times})`
    // It has tries left: when the ladder goes on after the turn, it does so with this step.
    if ((await pause(life, step, step.retry!.afterMs, because)) === 'turned')
      return { result: 'withdrawn', because }
  }
}

function endStep(life: Life, { id }: { id: string }, attempt: number, ended: Ended): Ended {
  const { result, because, noData } = ended
  life.state.attempts[id] = attempt
  life.note('step.ended', {
    step: id,
    attempt,
    result,
    because,
    ...(noData === undefined ? {} : { noData }),
  })
  return ended
}

export function nextAttempt(life: Life, step: { id: string }): number {
  return (life.state.attempts[step.id] ?? 0) + 1
}

/** Attempts of a step or an undo until one of them ends: one that changed nothing is planned anew. */
export async function runOnce(life: Life, step: Attempted): Promise<Ended> {
  let fruitless = 0
  for (;;) {
    const attempt = nextAttempt(life, step)
    life.state.attempts[step.id] = attempt
    const tried = await tryStep(life, step, attempt)
    if ('again' in tried && tried.isFreeze !== true) fruitless += 1
    const isOvertaken = life.turn() !== undefined
    if ('again' in tried && !isOvertaken && fruitless < limits.attemptsPerStep) continue
    const ended = 'again' in tried ? givenUp(tried.again, isOvertaken) : tried
    return endStep(life, step, attempt, ended)
  }
}

/** Why the step is not begun: what it would mend has passed, or nobody can tell. Undefined when it goes on. */
async function precheck(life: Life, step: Step | ManualStep, attempt: number): Promise<Ended | undefined> {
  const isUnbound = 'target' in step && life.bound(step.target) === undefined
  const isLeftOut = isUnbound || whyNotNeeded(life, step) !== undefined
  if (step.precheck === undefined || isLeftOut) return undefined
  const { check, when, afterMs } = step.precheck
  if (afterMs > 0 && (await pause(life, step, afterMs, `${check} is measured again then`)) === 'turned')
    return { result: 'withdrawn', because: 'the incident took another turn' }
  const use = life.input.runbook.triage.checks.find(({ name }) => name === check)!
  const values = await measureCheck(life, use, `precheck/${step.id}/${attempt}`)
  const scope = valueScope(use.uses, values, life.isMany(use.target))
  const whyNot = whyNotTrue(when, withInputs(scope, life.input.inputs))
  return whyNot === undefined ? undefined : { result: 'skipped', ...whyNot }
}

/** Waits in everybody's sight. */
async function pause(
  life: Life,
  step: { id: string },
  ms: number,
  because: string,
): Promise<'turned' | 'over'> {
  if (life.turn() !== undefined) return 'turned'
  const until = new Date(Date.now() + ms).toISOString()
  life.note('step.waits', { step: step.id, attempt: nextAttempt(life, step), until, because })
  return (await life.wait(() => false, ms)) === 'turned' ? 'turned' : 'over'
}

/** Nothing was done, and it is not tried once more: it is not needed any more, or was tried often enough. */
function givenUp(because: string, isOvertaken: boolean): Ended {
  if (isOvertaken) return { result: 'withdrawn', because: `${because}, and the incident took another turn` }
  return {
    result: 'voided',
    because: `${limits.attemptsPerStep} attempts changed nothing; of the last one: ${because}`,
  }
}
