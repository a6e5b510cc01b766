/** The run of the server process that a plan is for: effects happen there, and nobody but it is asked what became of them. */
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../../../contracts/plan.ts'
import { createPace, type Pace } from '../pace.ts'
import { isSameIdentity, requireSameIdentity } from '../same-identity.ts'
import type { Effect, EffectContext, ProbeAnswer } from '../target.ts'
import { type RedisSession, withRedis } from './connection.ts'
import { redisIdentity } from './identity.ts'

type RedisTarget = TargetConfigurationOf<'redis'>

/**
 * Runs an effect in touch with the harness. Throws `identity_changed` when another server answers than the planned one.
 * @param touched how many keys are done by now.
 */
export function onPlannedRun(
  target: RedisTarget,
  context: EffectContext,
  touched: () => number,
  work: (session: RedisSession, runId: string, pace: Pace) => Promise<Effect>,
): Promise<Effect> {
  const pace = createPace(context, touched, 1)
  const begin = async (session: RedisSession): Promise<Effect> => {
    const identity = await redisIdentity(session)
    requireSameIdentity(target.name, context.identity, identity)
    return work(session, identity['runId'] ?? '', pace)
  }
  return withRedis(target, context.signal, begin, pace)
}

/** Asks the planned server what became of an effect; another one cannot tell. */
export function askPlannedRun(
  target: RedisTarget,
  { identity }: { identity: TargetIdentity },
  signal: AbortSignal,
  ask: (session: RedisSession) => Promise<ProbeAnswer>,
): Promise<ProbeAnswer> {
  return withRedis(target, signal, async session => {
    const found = await redisIdentity(session)
    if (!isSameIdentity(identity, found)) return { answer: 'cannot-tell', evidence: { identityNow: found } }
    return ask(session)
  })
}
