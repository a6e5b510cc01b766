import { expect, it } from 'vitest'
import type { RedisSession } from '../../activities/targets/redis/connection.ts'
import { countKeys, keysUnderPrefix } from '../../activities/targets/redis/keys-under-prefix.ts'

it('hands out no key without the prefix, whatever a server takes the pattern for', async () => {
  const session = answering([
    ['cache:1', 'order:1'],
    ['cache', 'cache:2'],
  ])
  const batches: string[][] = []
  for await (const keys of keysUnderPrefix(session, 'cache:')) batches.push(keys.map(String))
  expect(batches).toEqual([['cache:1'], ['cache:2']])
})

it('counts a key once that SCAN returns twice, and the limit is not reached by it', async () => {
  const session = answering([['cache:1', 'cache:2'], [], ['cache:2', 'cache:1']])
  expect(await countKeys(session, 'cache:', 2)).toMatchObject({ count: 2, isComplete: true })
})

/** A server that gives these batches, one a SCAN. */
function answering(batches: string[][]): RedisSession {
  let asked = 0
  const scanBuffer = async () => {
    const keys = (batches[asked] ?? []).map(key => Buffer.from(key))
    asked += 1
    return [Buffer.from(asked < batches.length ? String(asked) : '0'), keys]
  }
  // Only SCAN is asked for here.
  return { database: 0, ask: call => call({ scanBuffer } as never) }
}
