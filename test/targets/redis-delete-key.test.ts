import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteKey } from '../../activities/targets/redis/delete-key.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { type RedisUnderTest, startRedisUnderTest } from '../support/redis-under-test.ts'
import { effectContext, failureOf, patience, redisTarget } from '../support/targets-under-test.ts'

const key = 'cache:product:1'
let server: RedisUnderTest

describe.skipIf(findOnPath('redis-server') === undefined)('redis', () => {
  beforeAll(async () => {
    server = await startRedisUnderTest()
  })
  afterAll(() => server.end())
  beforeEach(async () => {
    await server.redis().flushall()
    await server.redis().mset({ [key]: 'value', 'cache:product:12': 'kept', 'order:1': 'kept' })
  })

  it('deletes this key and none that begins like it', async () => {
    await server.redis().pexpire(key, 90_000)
    const { preview } = await deleteKey.plan(target(), { key }, patience)
    const effect = await deleteKey.apply(target(), { key }, effectContext(await identity()))
    expect(preview).toEqual({
      summary: `Would delete the key "${key}" of shop-cache, which expires in 90 s.`,
      wouldTouch: 1,
      unit: 'keys',
      examples: [key],
    })
    expect(effect).toMatchObject({ touched: 1, unit: 'keys' })
    expect((await server.redis().keys('*')).toSorted()).toEqual(['cache:product:12', 'order:1'])
  })

  it('says that a key never expires, and that one is not there', async () => {
    const forever = await deleteKey.plan(target(), { key }, patience)
    const absent = await deleteKey.plan(target(), { key: 'cache:product:7' }, patience)
    expect(forever.preview.summary).toContain('which never expires')
    expect(absent.preview).toMatchObject({
      wouldTouch: 0,
      summary: expect.stringContaining('Would delete nothing'),
    })
  })

  it('takes a name as it is: no glob, no quote and no line break means anything', async () => {
    const odd = 'cache:*?[a]\\"\'\n$(id); FLUSHALL'
    await server.redis().set(odd, 'value')
    const { preview } = await deleteKey.plan(target(), { key: odd }, patience)
    await deleteKey.apply(target(), { key: odd }, effectContext(await identity()))
    expect(preview.summary).not.toContain('\n')
    expect(await server.redis().dbsize()).toBe(3)
  })

  it('refuses a key that is not rebuildable, in plan and in effect', async () => {
    const outside = { key: 'order:1' }
    expect((await failureOf(deleteKey.plan(target(), outside, patience))).code).toBe('not_rebuildable')
    const context = effectContext(await identity())
    expect((await failureOf(deleteKey.apply(target(), outside, context))).code).toBe('not_rebuildable')
    expect(await server.redis().dbsize()).toBe(3)
  })

  it('leaves a server alone that took the place of the planned one', async () => {
    const context = effectContext(await identity())
    await server.replace()
    await server.redis().set(key, 'kept')
    expect((await failureOf(deleteKey.apply(target(), { key }, context))).code).toBe('identity_changed')
    const claim = { identity: context.identity, claimedAtMs: Date.now() }
    expect((await deleteKey.probe(target(), { key }, claim, patience)).answer).toBe('cannot-tell')
    expect(await server.redis().get(key)).toBe('kept')
  })

  it('knows that it was done while the key is gone', async () => {
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    expect((await deleteKey.probe(target(), { key }, claim, patience)).answer).toBe('cannot-tell')
    await server.redis().del(key)
    expect((await deleteKey.probe(target(), { key }, claim, patience)).answer).toBe('done')
  })
})

function target() {
  return redisTarget(server.url, ['cache:'])
}

function identity() {
  return deleteKey.identify(target(), patience)
}
