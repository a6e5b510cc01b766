import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { driverOf } from '../../activities/targets/service/identity.ts'
import { isRunning } from '../../activities/targets/service/process-identity.mjs'
import { start } from '../../activities/targets/service/start.ts'
import { stop } from '../../activities/targets/service/stop.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { serviceUnderTest } from '../support/service-under-test.ts'
import { effectContext, failureOf, patience, serviceTarget } from '../support/targets-under-test.ts'

const grace = { grace: 5_000 }
const healthy = { healthy_within: 15_000 }

const { target, started, ledger } = serviceUnderTest()

describe('a stop and a start', () => {
  it('take each other back', async () => {
    const old = await started()
    const stopped = await stop.apply(target(), grace, effectContext(await identity()))
    expect(isRunning(old)).toBe(false)
    expect(stopped).toEqual({
      touched: 1,
      unit: 'process',
      evidence: { pid: old.pid, howStopped: 'stopped', stoppedInMs: expect.any(Number) },
    })

    const begun = await start.apply(target(), healthy, effectContext(await identity()))
    const running = await driverOf(target()).identity()
    expect(begun).toEqual({
      touched: 1,
      unit: 'process',
      evidence: { pid: running?.pid, healthyInMs: expect.any(Number) },
    })
    expect(ledger()).toEqual([`start ${old.pid}`, `end ${old.pid}`, `start ${running?.pid}`])
  })

  it('plan what they would do, and nothing where it is so already', async () => {
    expect((await stop.plan(target(), grace, patience)).preview).toMatchObject({
      summary: 'shop-api runs no process: there is nothing to stop.',
      wouldTouch: 0,
    })
    expect((await start.plan(target(), healthy, patience)).preview).toMatchObject({
      summary: 'shop-api runs no process; would start it and wait up to 15 s for a healthy answer.',
      wouldTouch: 1,
    })
    const { pid } = await started()
    expect((await stop.plan(target(), grace, patience)).preview).toMatchObject({
      summary: `shop-api: would stop process ${pid} (KILL after 5 s); it stays stopped until it is started.`,
      wouldTouch: 1,
      examples: [`pid ${pid}`],
    })
    expect((await start.plan(target(), healthy, patience)).preview).toMatchObject({
      summary: `shop-api runs already, as process ${pid}: there is nothing to start.`,
      wouldTouch: 0,
    })
    expect(ledger()).toEqual([`start ${pid}`])
  })

  it('kill a process that is deaf to TERM, and keep in touch with the harness while it takes its time', async () => {
    const deaf = await started('deaf')
    await stop.apply(target(), { grace: 200 }, effectContext(await identity()))
    expect(isRunning(deaf)).toBe(false)
    await started('slow-to-end')
    const context = effectContext(await identity())
    await stop.apply(target(), grace, context)
    expect(context.checkpoints.length).toBeGreaterThanOrEqual(3)
  })
})

describe('the fence', () => {
  it('stops no process but the planned one', async () => {
    await started()
    const planned = await identity()
    await driverOf(target()).stop({ graceMs: 5_000 })
    const other = await started()
    for (const known of [planned, { pid: 'none' }])
      expect((await failureOf(stop.apply(target(), grace, effectContext(known)))).code).toBe(
        'identity_changed',
      )
    expect(isRunning(other)).toBe(true)
  })

  it('starts nothing beside a process that somebody else has started', async () => {
    const running = await started()
    const failure = await failureOf(start.apply(target(), healthy, effectContext({ pid: 'none' })))
    expect(failure.code).toBe('identity_changed')
    expect(ledger()).toEqual([`start ${running.pid}`])
  })

  it('starts one process, however many starts run at once', async () => {
    const planned = await identity()
    await Promise.allSettled(
      Array.from({ length: 6 }, () => start.apply(target(), healthy, effectContext(planned))),
    )
    expect(ledger()).toHaveLength(1)
  })

  it.each([
    ['stop', () => stop.apply(target(), grace, refused())],
    ['start', () => start.apply(target(), healthy, refused({ pid: 'none' }))],
  ] as const)('lets a %s change nothing when the checkpoint before it refuses', async (what, apply) => {
    const before = what === 'stop' ? await started() : undefined
    known = await identity()
    expect(await failureOf(apply())).toBe(frozen)
    expect(await driverOf(target()).identity()).toEqual(before)
  })
})

describe('when not all goes well', () => {
  it('a start fails with the last answer when the service does not become healthy in time', async () => {
    const failure = await failureOf(
      start.apply(target('sick'), { healthy_within: 1_500 }, effectContext(await identity())),
    )
    expect(failure.code).toBe('target_rejected')
    expect(failure.message).toBe(
      'shop-api was started, but it was not healthy within 1.5 s; last answer: HTTP 503: mood sick.',
    )
    expect(failure.fields).toMatchObject({ touched: 1 })
  })

  it('a start of what cannot be started has touched nothing', async () => {
    const broken = target()
    const process = { ...broken.process!, command: ['/nowhere/program'] }
    const failure = await failureOf(
      start.apply({ ...broken, process }, healthy, effectContext(await identity())),
    )
    expect(failure.code).toBe('target_rejected')
    expect(failure.fields).not.toHaveProperty('touched')
  })

  it.each([
    ['stop', () => stop.identify(serviceTarget('http://127.0.0.1:1'), patience)],
    ['start', () => start.identify(serviceTarget('http://127.0.0.1:1'), patience)],
  ] as const)('a %s refuses a service whose process is not configured', async (_, identify) => {
    const failure = await failureOf(Promise.resolve().then(identify))
    expect(failure).toMatchObject({ code: 'target_rejected', hint: expect.stringContaining('pid_file') })
  })
})

describe('the probe', () => {
  it('of a stop tells by the process that runs now', async () => {
    await started()
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    const probe = () => stop.probe(target(), grace, claim, patience).then(({ answer }) => answer)
    expect(await probe()).toBe('not-done')
    await driverOf(target()).stop({ graceMs: 5_000 })
    expect(await probe()).toBe('done')
    await started()
    expect(await probe()).toBe('cannot-tell')
  })

  it('of a start tells by what the start has left behind, also when the process has fallen over', async () => {
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    const probe = (claimedAtMs = claim.claimedAtMs) =>
      start.probe(target(), healthy, { ...claim, claimedAtMs }, patience).then(({ answer }) => answer)
    expect(await probe()).toBe('not-done')
    const { pid } = await started()
    expect(await probe()).toBe('done')
    expect(await probe(Date.now() + 5_000)).toBe('cannot-tell')
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => driverOf(target()).identity()).toBeUndefined()
    expect(await probe()).toBe('done')
    await driverOf(target()).stop({ graceMs: 0 })
  })

  it('of a start that was cut off in the middle cannot tell', async () => {
    const { pidFile } = target().process!
    writeFileSync(`${pidFile}.lock`, JSON.stringify({ pid: 2 ** 22, startTime: 'long ago' }))
    const claim = { identity: { pid: 'none' }, claimedAtMs: Date.now() }
    expect((await start.probe(target(), healthy, claim, patience)).answer).toBe('cannot-tell')
  })
})

const frozen = new CodedError('frozen', 'A freeze is on.')
let known: Record<string, string> = {}

function refused(identity = known) {
  return effectContext(identity, {
    checkpoint: () => {
      throw frozen
    },
  })
}

function identity() {
  return stop.identify(target(), patience)
}
