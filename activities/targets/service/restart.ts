import { CodedError, isCodedError } from '../../../contracts/coded-error.ts'
import type { TargetIdentity } from '../../../contracts/plan.ts'
import type { serviceActions } from '../../../contracts/targets/service.ts'
import { createPace } from '../pace.ts'
import { isSameIdentity, requireSameIdentity } from '../same-identity.ts'
import type { Action } from '../target.ts'
import { driverOf, identityOf, processNamedBy } from './identity.ts'
import type { ProcessDriver, ProcessIdentity } from './process-driver.ts'
import { type Stopped, stopPlanned } from './stop-planned.ts'
import { untilHealthy } from './until-healthy.ts'

interface Restarted {
  howStopped: Stopped | 'nothing-to-stop'
  stoppedInMs: number
  process: ProcessIdentity
}

/** TERM, wait, KILL, start, wait until the health endpoint answers; see the definition's fence. */
export const restart: Action<(typeof serviceActions)['service.restart']> = {
  identify: async target => identityOf(await driverOf(target).identity()),

  async plan(target, { grace, healthy_within }) {
    const running = await driverOf(target).identity()
    const stopping =
      running === undefined
        ? 'runs no process; would'
        : `would stop process ${running.pid} (KILL after ${grace / 1_000} s),`
    return {
      preview: {
        summary: `${target.name}: ${stopping} start it and wait up to ${healthy_within / 1_000} s for a healthy answer.`,
        wouldTouch: 1,
        unit: 'process',
        examples: running === undefined ? [] : [`pid ${running.pid}`],
      },
      atMost: 1,
    }
  },

  async apply(target, parameters, context) {
    const driver = driverOf(target)
    let touched = 0
    const pace = createPace(context, () => touched, Infinity)
    requireSameIdentity(target.name, context.identity, identityOf(await driver.identity()))
    await pace.step()
    context.signal.throwIfAborted()
    // From here to the start nothing interrupts: a freeze, a deadline or a lost worker's cancellation in between would
    // leave a stopped service, which is worse than either end. A start is safe at any time, it happens once under a lock.
    const restarted = await pace.wait(stopAndStart(target.name, driver, context.identity, parameters.grace))
    touched = 1
    const { howStopped, stoppedInMs, process } = restarted
    const told = { oldPid: context.identity['pid'], newPid: process.pid, howStopped, stoppedInMs }
    const healthyInMs = await untilHealthy({
      target,
      driver,
      process,
      withinMs: parameters.healthy_within,
      pace,
      signal: context.signal,
      done: 'restarted',
      told,
    })
    return { touched, unit: 'process', evidence: { ...told, healthyInMs } }
  },

  async probe(target, _parameters, claim) {
    const driver = driverOf(target)
    const running = await driver.identity()
    const found = identityOf(running)
    // "None runs", as planned: perhaps it never started, perhaps it started and fell over.
    if (running === undefined) return { answer: 'cannot-tell', evidence: { running: 'none' } }
    if (isSameIdentity(claim.identity, found)) return { answer: 'not-done', evidence: { running: found } }
    // The driver writes the pid file in the moment of the start; the start time itself is opaque.
    const { startedAtMs = 0 } = driver.traces()
    const isAfterClaim = startedAtMs >= claim.claimedAtMs
    return {
      answer: isAfterClaim ? 'done' : 'cannot-tell',
      evidence: { running: found, startedAtMs: Math.round(startedAtMs) },
    }
  },
}

async function stopAndStart(
  target: string,
  driver: ProcessDriver,
  planned: TargetIdentity,
  graceMs: number,
): Promise<Restarted> {
  const expected = processNamedBy(planned)
  const startedMs = performance.now()
  const howStopped =
    expected === undefined ? 'nothing-to-stop' : await stopPlanned(target, driver, expected, graceMs)
  const stoppedInMs = Math.round(performance.now() - startedMs)
  try {
    return { howStopped, stoppedInMs, process: await driver.start() }
  } catch (error) {
    if (!isCodedError(error)) throw error
    throw new CodedError(error.code, `${target} is stopped and could not be started: ${error.message}`, {
      fields: { ...error.fields, touched: 1, oldPid: planned['pid'], howStopped },
      hint: error.hint,
      cause: error,
    })
  }
}
