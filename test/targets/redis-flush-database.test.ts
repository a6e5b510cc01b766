import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withRedis } from '../../activities/targets/redis/connection.ts'
import { flush, flushDatabase } from '../../activities/targets/redis/flush-database.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { type RedisUnderTest, startRedisUnderTest } from '../support/redis-under-test.ts'
import { effectContext, failureOf, patience, redisTarget } from '../support/targets-under-test.ts'

const parameters = { at_most: 10 }
let server: RedisUnderTest

describe.skipIf(findOnPath('redis-server') === undefined)('redis', () => {
  beforeAll(async () => {
    server = await startRedisUnderTest()
  })
  afterAll(() => server.end())
  beforeEach(async () => {
    const redis = server.redis()
    await redis.flushall()
    await redis.mset(Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`key:${key}`, 'value'])))
    await redis.pipeline().select(1).set('neighbour', 'kept').select(0).exec()
  })

  it('empties its own database and no other of the server', async () => {
    const { preview } = await flushDatabase.plan(target(), parameters, patience)
    const effect = await flushDatabase.apply(target(), parameters, effectContext(await identity()))
    expect(preview).toMatchObject({
      summary: 'Would delete everything in database 0 of shop-cache: 10 keys.',
      wouldTouch: 10,
    })
    expect(effect).toMatchObject({ touched: 10, unit: 'keys', evidence: { database: 0 } })
    expect(await server.redis().info('keyspace')).toMatch(/^# Keyspace\r\ndb1:keys=1,/)
  })

  it('leaves a database with more keys alone, in plan, in effect and at the moment itself', async () => {
    const context = effectContext(await identity())
    await server.redis().set('one more', 'value')
    const planned = await failureOf(flushDatabase.plan(target(), parameters, patience))
    const applied = await failureOf(flushDatabase.apply(target(), parameters, context))
    const cut = effectContext(await identity(), { atMost: 3 })
    const limited = await failureOf(flushDatabase.apply(target(), { at_most: 100 }, cut))
    expect([planned, applied, limited].map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'above_limit'),
    )
    expect(limited.message).toBe(
      'shop-cache holds 11 keys, more than the 3 that may be deleted; a database is emptied whole or not at all.',
    )
    expect(await server.redis().dbsize()).toBe(11)
  })

  it('heeds the limit of its target in its plan', async () => {
    const limited = { ...target(), limits: { atMost: 9 } }
    expect((await failureOf(flushDatabase.plan(limited, parameters, patience))).code).toBe('above_limit')
  })

  it('refuses a database that is not declared rebuildable, in plan and in effect', async () => {
    const undeclared = redisTarget(server.url, ['key:'])
    const context = effectContext(await identity())
    expect((await failureOf(flushDatabase.plan(undeclared, parameters, patience))).code).toBe(
      'not_rebuildable',
    )
    expect((await failureOf(flushDatabase.apply(undeclared, parameters, context))).code).toBe(
      'not_rebuildable',
    )
    expect(await server.redis().dbsize()).toBe(10)
  })

  it('leaves a server alone that took the place of the planned one, at the beginning and at the moment itself', async () => {
    const context = effectContext(await identity())
    const planned = context.identity['runId'] ?? ''
    await server.replace()
    await server.redis().set('new', 'kept')
    expect((await failureOf(flushDatabase.apply(target(), parameters, context))).code).toBe(
      'identity_changed',
    )
    const late = withRedis(target(), patience, session => flush(session, 'shop-cache', planned, 10))
    expect((await failureOf(late)).code).toBe('identity_changed')
    expect(await server.redis().get('new')).toBe('kept')
  })

  it('knows that it was done while the database is empty', async () => {
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    expect((await flushDatabase.probe(target(), parameters, claim, patience)).answer).toBe('cannot-tell')
    await server.redis().flushdb()
    expect((await flushDatabase.probe(target(), parameters, claim, patience)).answer).toBe('done')
  })
})

function target() {
  return redisTarget(server.url, [], true)
}

function identity() {
  return flushDatabase.identify(target(), patience)
}
