import type { redisChecks } from '../../../contracts/targets/redis.ts'
import type { Check } from '../target.ts'
import { withRedis } from './connection.ts'
import { infoField } from './identity.ts'
import { countKeys } from './keys-under-prefix.ts'

/** Keys under a literal prefix, and the memory of the whole server. */
export const keys: Check<(typeof redisChecks)['redis.keys']> = {
  measure: (target, { prefix, count_at_most }, signal) =>
    withRedis(target, signal, async session => {
      const { count, isComplete } = await countKeys(session, prefix, count_at_most)
      const memory = Number(await infoField(session, 'memory', 'used_memory'))
      return { count, is_complete: isComplete, memory_bytes: memory }
    }),
}
