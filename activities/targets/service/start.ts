import type { serviceActions } from '../../../contracts/targets/service.ts'
import { createPace } from '../pace.ts'
import { requireSameIdentity } from '../same-identity.ts'
import type { Action } from '../target.ts'
import { driverOf, identityOf } from './identity.ts'
import { untilHealthy } from './until-healthy.ts'

/** Start unless one runs, wait until the health endpoint answers; see the definition's fence. */
export const start: Action<(typeof serviceActions)['service.start']> = {
  identify: async target => identityOf(await driverOf(target).identity()),

  async plan(target, { healthy_within }) {
    const running = await driverOf(target).identity()
    const summary =
      running === undefined
        ? `${target.name} runs no process; would start it and wait up to ${healthy_within / 1_000} s for a healthy answer.`
        : `${target.name} runs already, as process ${running.pid}: there is nothing to start.`
    const wouldTouch = running === undefined ? 1 : 0
    return { preview: { summary, wouldTouch, unit: 'process', examples: [] }, atMost: 1 }
  },

  async apply(target, { healthy_within }, context) {
    const driver = driverOf(target)
    let touched = 0
    const pace = createPace(context, () => touched, Infinity)
    requireSameIdentity(target.name, context.identity, identityOf(await driver.identity()))
    await pace.step()
    context.signal.throwIfAborted()
    const process = await pace.wait(driver.start())
    touched = 1
    const told = { pid: process.pid }
    const healthyInMs = await untilHealthy({
      target,
      driver,
      process,
      withinMs: healthy_within,
      pace,
      signal: context.signal,
      done: 'started',
      told,
    })
    return { touched, unit: 'process', evidence: { ...told, healthyInMs } }
  },

  async probe(target, _parameters, claim) {
    const driver = driverOf(target)
    const running = identityOf(await driver.identity())
    const { isCutOff, startedAtMs } = driver.traces()
    const evidence = {
      running: running['pid'] === 'none' ? 'none' : running,
      ...(startedAtMs === undefined ? {} : { startedAtMs: Math.round(startedAtMs) }),
    }
    // It may have fallen over since: started it was, and whether it is well is for the verification to say.
    if (startedAtMs !== undefined && startedAtMs >= claim.claimedAtMs) return { answer: 'done', evidence }
    // A starter that died with the lock in its hand may have left a process that nobody knows.
    if (isCutOff || running['pid'] !== 'none')
      return { answer: 'cannot-tell', evidence: { ...evidence, isCutOff } }
    return { answer: 'not-done', evidence }
  },
}
