import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expiry } from '../../activities/targets/redis/expiry.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { type RedisUnderTest, startRedisUnderTest } from '../support/redis-under-test.ts'
import { patience, redisTarget } from '../support/targets-under-test.ts'

let server: RedisUnderTest

describe.skipIf(findOnPath('redis-server') === undefined)('redis', () => {
  beforeAll(async () => {
    server = await startRedisUnderTest()
  })
  afterAll(() => server.end())
  beforeEach(() => server.redis().flushall())

  it('tells the shortest and the longest life, and how many never end', async () => {
    const redis = server.redis()
    await redis.set('insight:1', 'value', 'EX', 300)
    await redis.set('insight:2', 'value', 'EX', 1_800)
    await redis.set('insight:3', 'value')
    await redis.set('other:1', 'value', 'EX', 5)
    const { shortest_seconds: shortest, longest_seconds: longest, ...counts } = await measure(1_000)
    expect(counts).toEqual({ sampled: 3, is_complete: true, without_expiry: 1 })
    expect(shortest).toSatisfy((seconds: number) => seconds > 290 && seconds <= 300)
    expect(longest).toSatisfy((seconds: number) => seconds > 1_790 && seconds <= 1_800)
  })

  it('has no shortest life where nothing expires, or nothing is', async () => {
    expect(await measure(10)).toEqual({ sampled: 0, is_complete: true, without_expiry: 0 })
    await server.redis().set('insight:1', 'value')
    expect(await measure(10)).toEqual({ sampled: 1, is_complete: true, without_expiry: 1 })
  })

  it('looks at no more keys than it is asked to, and says that there are more', async () => {
    const keys = Array.from({ length: 1_200 }, (_, key) => [`insight:${key}`, 'value'])
    await server.redis().mset(Object.fromEntries(keys))
    expect(await measure(700)).toEqual({ sampled: 700, is_complete: false, without_expiry: 700 })
    expect(await measure(1_200)).toEqual({ sampled: 1_200, is_complete: true, without_expiry: 1_200 })
  })
})

function measure(sample_at_most: number) {
  return expiry.measure(redisTarget(server.url), { prefix: 'insight:', sample_at_most }, patience)
}
