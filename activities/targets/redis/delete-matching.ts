import type { redisActions } from '../../../contracts/targets/redis.ts'
import type { Pace } from '../pace.ts'
import { printable } from '../printable.ts'
import type { Action, Effect } from '../target.ts'
import { withRedis, type RedisSession } from './connection.ts'
import { redisIdentity } from './identity.ts'
import { countKeys, keysUnderPrefix } from './keys-under-prefix.ts'
import { askPlannedRun, onPlannedRun } from './planned-run.ts'
import { requireRebuildable } from './rebuildable.ts'
import { UNLINK_BATCH, unlinkBatch } from './unlink-batch.ts'

const EXAMPLE_CHARACTERS = 120

/** Deletes keys under a rebuildable prefix; see the definition's fence and unlink-batch.ts. */
export const deleteMatching: Action<(typeof redisActions)['redis.delete_matching']> = {
  identify: (target, signal) => withRedis(target, signal, redisIdentity),

  async plan(target, { prefix, at_most }, signal) {
    requireRebuildable(target, prefix)
    const { count, isComplete, examples } = await withRedis(target, signal, session =>
      countKeys(session, prefix, at_most),
    )
    return {
      preview: {
        summary: `Would delete ${count} keys under ${JSON.stringify(prefix)} of ${target.name}${isComplete ? '' : ' (at_most; there are more)'}.`,
        wouldTouch: count,
        unit: 'keys',
        examples: examples.map(key => printable(key.toString(), EXAMPLE_CHARACTERS)),
      },
      atMost: at_most,
    }
  },

  async apply(target, { prefix, at_most }, context) {
    // Asked again: the configuration may have changed since somebody approved.
    requireRebuildable(target, prefix)
    let touched = 0
    const atMost = Math.min(context.atMost, at_most)

    const work = async (session: RedisSession, runId: string, pace: Pace): Promise<Effect> => {
      for await (const keys of keysUnderPrefix(session, prefix)) {
        await pace.step()
        // A batch of SCAN can be larger than its COUNT. Keys that have gone meanwhile, or come twice, are not counted.
        let rest = keys
        while (rest.length > 0 && touched < atMost) {
          const size = Math.min(UNLINK_BATCH, atMost - touched)
          touched += await unlinkBatch(session, runId, rest.slice(0, size), touched)
          rest = rest.slice(size)
        }
        if (touched >= atMost) break
      }
      return { touched, unit: 'keys', evidence: { prefix, runId, isLimitReached: touched >= atMost } }
    }
    return onPlannedRun(target, context, () => touched, work)
  },

  // A cache is filled again at once, so keys under the prefix say nothing of what was deleted. None at all is what the
  // action wants, whoever brought it about, and doing it again would touch nothing.
  probe: (target, { prefix }, claim, signal) =>
    askPlannedRun(target, claim, signal, async session => {
      const { count } = await countKeys(session, prefix, 1)
      return { answer: count === 0 ? 'done' : 'cannot-tell', evidence: { isAnyKeyLeft: count > 0 } }
    }),
}
