import { CodedError } from '../../../contracts/coded-error.ts'
import type { serviceActions } from '../../../contracts/targets/service.ts'
import { createPace } from '../pace.ts'
import { isSameIdentity, requireSameIdentity } from '../same-identity.ts'
import type { Action } from '../target.ts'
import { driverOf, identityOf, processNamedBy } from './identity.ts'
import { stopPlanned } from './stop-planned.ts'

/** TERM, wait, KILL; nothing starts it again but a start. See the definition's fence. */
export const stop: Action<(typeof serviceActions)['service.stop']> = {
  identify: async target => identityOf(await driverOf(target).identity()),

  async plan(target, { grace }) {
    const running = await driverOf(target).identity()
    const summary =
      running === undefined
        ? `${target.name} runs no process: there is nothing to stop.`
        : `${target.name}: would stop process ${running.pid} (KILL after ${grace / 1_000} s); it stays stopped until it is started.`
    const examples = running === undefined ? [] : [`pid ${running.pid}`]
    return { preview: { summary, wouldTouch: examples.length, unit: 'process', examples }, atMost: 1 }
  },

  async apply(target, { grace }, context) {
    const driver = driverOf(target)
    let touched = 0
    const pace = createPace(context, () => touched, Infinity)
    const expected = processNamedBy(context.identity)
    if (expected === undefined) throw nothingPlanned(target.name)
    requireSameIdentity(target.name, context.identity, identityOf(await driver.identity()))
    await pace.step()
    context.signal.throwIfAborted()
    const startedMs = performance.now()
    // After TERM there is no way back: a freeze or a cancellation in between would leave a process that is half ended.
    const howStopped = await pace.wait(stopPlanned(target.name, driver, expected, grace))
    // It may have ended by itself in this very moment; then this has touched nothing.
    touched = howStopped === 'stopped' ? 1 : 0
    const stoppedInMs = Math.round(performance.now() - startedMs)
    return { touched, unit: 'process', evidence: { pid: expected.pid, howStopped, stoppedInMs } }
  },

  async probe(target, _parameters, claim) {
    const running = await driverOf(target).identity()
    const found = identityOf(running)
    if (isSameIdentity(claim.identity, found) && running !== undefined)
      return { answer: 'not-done', evidence: { running: found } }
    // Whoever ended the planned process: it is stopped, as it was meant to be.
    if (running === undefined) return { answer: 'done', evidence: { running: 'none' } }
    return { answer: 'cannot-tell', evidence: { running: found } }
  },
}

/** The harness asks for what is there; a plan that names no process has said that nothing is to be done. */
function nothingPlanned(target: string): CodedError {
  return new CodedError('identity_changed', `The plan names no process of ${target} to stop.`)
}
