import type { RedisSession } from './connection.ts'

/** PTTL of a key without expiry, and of a key that is not there (https://redis.io/commands/pttl). */
const WITHOUT_EXPIRY = -1
const NOT_THERE = -2

/** For each key, the milliseconds it still lives, or that it lives until somebody deletes it; undefined when it is not there. */
export async function expiriesOf(
  session: RedisSession,
  keys: readonly Buffer[],
): Promise<(number | 'never' | undefined)[]> {
  // All are sent at once on the one connection; the answers come in their order.
  const answers = await session.ask(redis => Promise.all(keys.map(key => redis.pttl(key))))
  return answers.map(ms => {
    if (ms === NOT_THERE) return undefined
    return ms === WITHOUT_EXPIRY ? 'never' : ms
  })
}
