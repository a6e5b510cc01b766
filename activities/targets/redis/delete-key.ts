import type { redisActions } from '../../../contracts/targets/redis.ts'
import { createPace } from '../pace.ts'
import { printable } from '../printable.ts'
import { isSameIdentity, requireSameIdentity } from '../same-identity.ts'
import type { Action } from '../target.ts'
import { withRedis } from './connection.ts'
import { expiriesOf } from './expiries-of.ts'
import { redisIdentity } from './identity.ts'
import { requireRebuildable } from './rebuildable.ts'
import { unlinkBatch } from './unlink-batch.ts'

const KEY_CHARACTERS = 120

/** Deletes one key under a rebuildable prefix; see the definition's fence and unlink-batch.ts. */
export const deleteKey: Action<(typeof redisActions)['redis.delete_key']> = {
  identify: (target, signal) => withRedis(target, signal, redisIdentity),

  async plan(target, { key }, signal) {
    requireRebuildable(target, key)
    const [expiry] = await withRedis(target, signal, session => expiriesOf(session, [Buffer.from(key)]))
    const told = `the key ${JSON.stringify(printable(key, KEY_CHARACTERS))} of ${target.name}`
    const summary =
      expiry === undefined
        ? `Would delete nothing: there is no key ${JSON.stringify(printable(key, KEY_CHARACTERS))} in ${target.name}.`
        : `Would delete ${told}, which ${expiry === 'never' ? 'never expires' : `expires in ${Math.ceil(expiry / 1_000)} s`}.`
    return {
      preview: {
        summary,
        wouldTouch: expiry === undefined ? 0 : 1,
        unit: 'keys',
        examples: [printable(key, KEY_CHARACTERS)],
      },
      atMost: 1,
    }
  },

  async apply(target, { key }, context) {
    // Asked again: the configuration may have changed since somebody approved.
    requireRebuildable(target, key)
    let touched = 0
    const pace = createPace(context, () => touched, 1)
    return withRedis(
      target,
      context.signal,
      async session => {
        const identity = await redisIdentity(session)
        requireSameIdentity(target.name, context.identity, identity)
        const runId = identity['runId'] ?? ''
        await pace.step()
        touched = await unlinkBatch(session, runId, [Buffer.from(key)], 0)
        return { touched, unit: 'keys', evidence: { key: printable(key, KEY_CHARACTERS), runId } }
      },
      pace,
    )
  },

  // A cache fills again at once: that the key is there says nothing. That it is not is what the action wants.
  probe: (target, { key }, claim, signal) =>
    withRedis(target, signal, async session => {
      const found = await redisIdentity(session)
      if (!isSameIdentity(claim.identity, found))
        return { answer: 'cannot-tell', evidence: { identityNow: found } }
      const [expiry] = await expiriesOf(session, [Buffer.from(key)])
      return {
        answer: expiry === undefined ? 'done' : 'cannot-tell',
        evidence: { isThere: expiry !== undefined },
      }
    }),
}
