import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import type { Pace } from '../pace.ts'
import { askHealth } from './health.ts'
import { isSameProcess, type ProcessIdentity } from './process-identity.mjs'
import type { ProcessDriver } from './process-driver.ts'

// Short enough that a service which starts fast is not kept waiting by us.
const AGAIN_MS = 250
// An endpoint that takes longer is not healthy yet.
const ANSWER_MS = 2_000

interface HealthyWait {
  target: TargetConfigurationOf<'service'>
  driver: ProcessDriver
  /** The process that was started; when it ends, nothing is waited for. */
  process: ProcessIdentity
  withinMs: number
  pace: Pace
  signal: AbortSignal
  /** What was done to it, as a failure tells it: `restarted`. */
  done: string
  /** What is known of that; part of a failure. */
  told: Record<string, unknown>
}

/** Waits until the health endpoint answers 2xx and returns how long that took; throws `target_rejected` with the last answer. */
export async function untilHealthy(wait: HealthyWait): Promise<number> {
  const { target, driver, process, withinMs, pace, signal } = wait
  const startedMs = performance.now()
  const elapsedMs = () => performance.now() - startedMs
  let lastAnswer = 'not asked yet'
  while (elapsedMs() < withinMs) {
    await pace.step()
    const answer = await pace.wait(
      askHealth(target, Math.min(ANSWER_MS, Math.max(1, withinMs - elapsedMs())), signal),
    )
    lastAnswer = answer.told
    const running = await driver.identity()
    if (running === undefined || !isSameProcess(running, process))
      throw unhealthy(wait, 'its new process has ended', lastAnswer)
    if (answer.measured.status === 'up') return Math.round(elapsedMs())
    await sleep(AGAIN_MS, signal)
  }
  throw unhealthy(wait, `it was not healthy within ${withinMs / 1_000} s`, lastAnswer)
}

function unhealthy({ target, done, told }: HealthyWait, what: string, lastAnswer: string): CodedError {
  return new CodedError(
    'target_rejected',
    `${target.name} was ${done}, but ${what}; last answer: ${lastAnswer}.`,
    {
      fields: { target: target.name, touched: 1, lastAnswer, ...told },
      hint: `Read the end of ${target.process?.logFile ?? 'its log'}.`,
    },
  )
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  // The timer's AbortError would hide the reason.
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}
