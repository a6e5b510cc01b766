import type { redisChecks } from '../../../contracts/targets/redis.ts'
import type { Check } from '../target.ts'
import { withRedis } from './connection.ts'
import { expiriesOf } from './expiries-of.ts'
import { keysUnderPrefix } from './keys-under-prefix.ts'

/** How long the keys under a literal prefix still live. */
export const expiry: Check<(typeof redisChecks)['redis.expiry']> = {
  measure: (target, { prefix, sample_at_most }, signal) =>
    withRedis(target, signal, async session => {
      const living: number[] = []
      let withoutExpiry = 0
      let isComplete = true
      const seen = new Set<string>()
      for await (const batch of keysUnderPrefix(session, prefix)) {
        // latin1 keeps every byte, so two different keys stay two.
        const fresh = batch.filter(key => !seen.has(key.toString('latin1')))
        const room = sample_at_most - seen.size
        const sampled = fresh.slice(0, room)
        if (fresh.length > room) isComplete = false
        for (const key of sampled) seen.add(key.toString('latin1'))
        for (const expires of await expiriesOf(session, sampled)) {
          if (expires === 'never') withoutExpiry += 1
          else if (expires !== undefined) living.push(expires)
        }
        if (!isComplete) break
      }
      return {
        sampled: withoutExpiry + living.length,
        is_complete: isComplete,
        without_expiry: withoutExpiry,
        ...(living.length === 0
          ? {}
          : {
              shortest_seconds: living.reduce((a, b) => Math.min(a, b)) / 1_000,
              longest_seconds: living.reduce((a, b) => Math.max(a, b)) / 1_000,
            }),
      }
    }),
}
