import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withRedis } from '../../activities/targets/redis/connection.ts'
import { deleteMatching } from '../../activities/targets/redis/delete-matching.ts'
import { keys } from '../../activities/targets/redis/keys.ts'
import { unlinkBatch } from '../../activities/targets/redis/unlink-batch.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { findOnPath } from '../../embedded/find-on-path.ts'
import { type RedisUnderTest, startRedisUnderTest } from '../support/redis-under-test.ts'
import { effectContext, failureOf, patience, redisTarget } from '../support/targets-under-test.ts'

const prefix = 'cache:p*d[uc]t?\\:'
/** Each matches the prefix when one of its characters is read as a glob. */
const neighbours = [
  'cache:pXd[uc]t?\\:1',
  'cache:p*dut?\\:1',
  'cache:p*d[uc]tX\\:1',
  'cache:p*d[uc]t?:1',
  'cache:pdut!:1',
  'cache:p*d[uc]t?',
  'order:1',
]
const many = 1_700

let server: RedisUnderTest
let redis: Redis

describe.skipIf(findOnPath('redis-server') === undefined)('redis', () => {
  beforeAll(async () => {
    server = await startRedisUnderTest()
    redis = server.redis()
  })

  afterAll(() => server.end())

  beforeEach(async () => {
    await redis.flushall()
    await redis.mset(Object.fromEntries(neighbours.map(key => [key, 'kept'])))
    await redis.mset(
      Object.fromEntries(Array.from({ length: many }, (_, number) => [`${prefix}${number}`, 'value'])),
    )
  })

  it('deletes every key under the literal prefix and no neighbour', async () => {
    const planned = await deleteMatching.plan(target(), { prefix, at_most: 10_000 }, patience)
    const context = effectContext(await identity())
    const effect = await deleteMatching.apply(target(), { prefix, at_most: 10_000 }, context)
    expect(planned.preview).toMatchObject({ wouldTouch: many, unit: 'keys' })
    expect(planned.preview.examples).toHaveLength(5)
    expect(effect).toMatchObject({ touched: many, unit: 'keys', evidence: { isLimitReached: false } })
    expect((await redis.keys('*')).toSorted()).toEqual(neighbours.toSorted())
    expect(context.checkpoints.length).toBeGreaterThan(2)
  })

  it('counts the same keys and says when it stopped at its limit', async () => {
    const whole = await keys.measure(target(), { prefix, count_at_most: many }, patience)
    const part = await keys.measure(target(), { prefix, count_at_most: many - 1 }, patience)
    expect(whole).toMatchObject({ count: many, is_complete: true })
    expect(part).toMatchObject({ count: many - 1, is_complete: false })
    expect(whole.memory_bytes).toBeGreaterThan(100_000)
  })

  it('never deletes more than at_most or than the plan allows', async () => {
    const planned = await deleteMatching.plan(target(), { prefix, at_most: 700 }, patience)
    const first = await deleteMatching.apply(
      target(),
      { prefix, at_most: 700 },
      effectContext(await identity()),
    )
    const second = await deleteMatching.apply(
      target(),
      { prefix, at_most: 700 },
      effectContext(await identity(), { atMost: 3 }),
    )
    expect(planned).toMatchObject({
      atMost: 700,
      preview: { wouldTouch: 700, summary: expect.stringContaining('there are more') },
    })
    expect([first.touched, second.touched]).toEqual([700, 3])
    expect(await redis.dbsize()).toBe(many - 703 + neighbours.length)
  })

  it('deletes keys whose names are not UTF-8', async () => {
    await redis.flushall()
    await redis.set(Buffer.from('cache:\xff', 'latin1'), 'value')
    const effect = await deleteMatching.apply(
      target(['cache:']),
      { prefix: 'cache:', at_most: 10 },
      effectContext(await identity()),
    )
    expect(effect.touched).toBe(1)
    expect(await redis.dbsize()).toBe(0)
  })

  it.each([
    ['another prefix', 'order:'],
    ['a shorter one', 'cache:p'],
    ['one that differs in a glob character', 'cache:pXd[uc]t?\\:'],
  ])('refuses %s than the rebuildable ones, in plan and in effect', async (_, outside) => {
    const parameters = { prefix: outside, at_most: 10 }
    expect((await failureOf(deleteMatching.plan(target(), parameters, patience))).code).toBe(
      'not_rebuildable',
    )
    expect(
      (await failureOf(deleteMatching.apply(target(), parameters, effectContext(await identity())))).code,
    ).toBe('not_rebuildable')
    expect(await redis.dbsize()).toBe(many + neighbours.length)
  })

  it('accepts a longer prefix than a rebuildable one', async () => {
    const effect = await deleteMatching.apply(
      target(),
      { prefix: `${prefix}1`, at_most: 10_000 },
      effectContext(await identity()),
    )
    expect(effect.touched).toBe(
      Array.from({ length: many }, (_, number) => String(number)).filter(name => name.startsWith('1')).length,
    )
  })

  it('refuses a server with another run_id, at the beginning and in each batch', async () => {
    const other = { ...(await identity()), runId: '0'.repeat(40) }
    const atOnce = await failureOf(
      deleteMatching.apply(target(), { prefix, at_most: 10 }, effectContext(other)),
    )
    const inBatch = await failureOf(
      withRedis(target(), patience, session =>
        unlinkBatch(session, other.runId, [Buffer.from(`${prefix}1`)], 500),
      ),
    )
    expect(atOnce.code).toBe('identity_changed')
    expect(inBatch).toMatchObject({ code: 'identity_changed', fields: { touched: 500 } })
    expect(await redis.dbsize()).toBe(many + neighbours.length)
  })

  it('stops when the server is replaced half-way, says what it did and leaves the new one alone', async () => {
    let touchedBefore = 0
    const context = effectContext(await identity(), {
      checkpoint: async touched => {
        if (touched === 0 || touchedBefore > 0) return
        touchedBefore = touched
        await server.replace()
        redis = server.redis()
        await redis.set(`${prefix}new`, 'kept')
      },
    })
    const failure = await failureOf(deleteMatching.apply(target(), { prefix, at_most: 10_000 }, context))
    expect(touchedBefore).toBeGreaterThan(0)
    expect(failure).toMatchObject({ code: 'target_unavailable', fields: { touched: touchedBefore } })
    expect(failure.message).toContain(`Deleted before: ${touchedBefore} keys`)
    expect(await redis.keys('*')).toEqual([`${prefix}new`])
    const claim = { identity: context.identity, claimedAtMs: Date.now() }
    expect((await deleteMatching.probe(target(), { prefix, at_most: 1 }, claim, patience)).answer).toBe(
      'cannot-tell',
    )
  })

  it('stops at the next batch when a checkpoint refuses', async () => {
    const frozen = new CodedError('frozen', 'A freeze is on.')
    const context = effectContext(await identity(), {
      checkpoint: touched => {
        if (touched > 0) throw frozen
      },
    })
    expect(await failureOf(deleteMatching.apply(target(), { prefix, at_most: 10_000 }, context))).toBe(frozen)
    expect(await redis.dbsize()).toBe(many + neighbours.length - (context.checkpoints.at(-1) ?? 0))
    expect(await redis.dbsize()).toBeGreaterThan(neighbours.length + 500)
  })

  it('cannot tell from a cache that fills by itself, unless no key is left', async () => {
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    const parameters = { prefix, at_most: 10_000 }
    expect((await deleteMatching.probe(target(), parameters, claim, patience)).answer).toBe('cannot-tell')
    await redis.flushall()
    expect((await deleteMatching.probe(target(), parameters, claim, patience)).answer).toBe('done')
  })
})

function target(rebuildable = [prefix]) {
  return redisTarget(server.url, rebuildable)
}

function identity() {
  return deleteMatching.identify(target(), patience)
}
