import type { redisActions } from '../../../contracts/targets/redis.ts'
import { printable } from '../printable.ts'
import type { Action } from '../target.ts'
import { withRedis } from './connection.ts'
import { expiriesOf } from './expiries-of.ts'
import { redisIdentity } from './identity.ts'
import { askPlannedRun, onPlannedRun } from './planned-run.ts'
import { requireRebuildable } from './rebuildable.ts'
import { unlinkBatch } from './unlink-batch.ts'

const KEY_CHARACTERS = 120

/** Deletes one key under a rebuildable prefix; see the definition's fence and unlink-batch.ts. */
export const deleteKey: Action<(typeof redisActions)['redis.delete_key']> = {
  identify: (target, signal) => withRedis(target, signal, redisIdentity),

  async plan(target, { key }, signal) {
    requireRebuildable(target, key)
    const [expiry] = await withRedis(target, signal, session => expiriesOf(session, [Buffer.from(key)]))
    const shown = printable(key, KEY_CHARACTERS)
    const told = JSON.stringify(shown)
    const summary =
      expiry === undefined
        ? `Would delete nothing: there is no key ${told} in ${target.name}.`
        : `Would delete the key ${told} of ${target.name}, which ${expiry === 'never' ? 'never expires' : `expires in ${Math.ceil(expiry / 1_000)} s`}.`
    return {
      preview: {
        summary,
        wouldTouch: expiry === undefined ? 0 : 1,
        unit: 'keys',
        examples: [shown],
      },
      atMost: 1,
    }
  },

  async apply(target, { key }, context) {
    // Asked again: the configuration may have changed since somebody approved.
    requireRebuildable(target, key)
    let touched = 0
    return onPlannedRun(
      target,
      context,
      () => touched,
      async (session, runId, pace) => {
        await pace.step()
        touched = await unlinkBatch(session, runId, [Buffer.from(key)], 0)
        return { touched, unit: 'keys', evidence: { key: printable(key, KEY_CHARACTERS), runId } }
      },
    )
  },

  // A cache fills again at once: that the key is there says nothing. That it is not is what the action wants.
  probe: (target, { key }, claim, signal) =>
    askPlannedRun(target, claim, signal, async session => {
      const [expiry] = await expiriesOf(session, [Buffer.from(key)])
      return {
        answer: expiry === undefined ? 'done' : 'cannot-tell',
        evidence: { isThere: expiry !== undefined },
      }
    }),
}
