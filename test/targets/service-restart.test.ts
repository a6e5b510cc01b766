import { describe, expect, it, vi } from 'vitest'
import { driverOf } from '../../activities/targets/service/identity.ts'
import { isRunning } from '../../activities/targets/service/process-identity.mjs'
import { restart } from '../../activities/targets/service/restart.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { serviceUnderTest } from '../support/service-under-test.ts'
import { effectContext, failureOf, patience, serviceTarget } from '../support/targets-under-test.ts'

const parameters = { grace: 5_000, healthy_within: 15_000 }

const { target, started, ledger } = serviceUnderTest()

describe('a restart', () => {
  it('ends the planned process, starts one and waits until it is healthy', async () => {
    const old = await started()
    const planned = await restart.plan(target(), parameters, patience)
    const effect = await restart.apply(target(), parameters, effectContext(await identity()))
    const running = await driverOf(target()).identity()

    expect(planned).toMatchObject({ atMost: 1, preview: { wouldTouch: 1, examples: [`pid ${old.pid}`] } })
    expect(isRunning(old)).toBe(false)
    expect(effect).toEqual({
      touched: 1,
      unit: 'process',
      evidence: {
        oldPid: String(old.pid),
        newPid: running?.pid,
        howStopped: 'stopped',
        stoppedInMs: expect.any(Number),
        healthyInMs: expect.any(Number),
      },
    })
    expect(ledger()).toEqual([`start ${old.pid}`, `end ${old.pid}`, `start ${running?.pid}`])
  })

  it('kills a process that is deaf to TERM', async () => {
    const old = await started('deaf')
    await restart.apply(target(), { ...parameters, grace: 200 }, effectContext(await identity()))
    expect(isRunning(old)).toBe(false)
    expect(ledger()).toEqual([`start ${old.pid}`, expect.stringMatching(/^start /)])
  })

  it('starts a service that does not run', async () => {
    const planned = await restart.plan(target(), parameters, patience)
    const effect = await restart.apply(target(), parameters, effectContext({ pid: 'none' }))
    expect(planned.preview.summary).toContain('runs no process')
    expect(effect.evidence).toMatchObject({ oldPid: 'none', howStopped: 'nothing-to-stop' })
    expect(ledger()).toHaveLength(1)
  })

  it('keeps in touch with the harness while a process takes its time to end', async () => {
    await started('slow-to-end')
    const context = effectContext(await identity())
    await restart.apply(target(), parameters, context)
    expect(context.checkpoints.length).toBeGreaterThanOrEqual(3)
  })
})

describe('the fence', () => {
  it('refuses a process that was not planned and leaves it alone', async () => {
    const old = await started()
    const planned = await identity()
    await driverOf(target()).stop({ graceMs: 5_000 })
    const other = await started()
    expect((await failureOf(restart.apply(target(), parameters, effectContext(planned)))).code).toBe(
      'identity_changed',
    )
    expect((await failureOf(restart.apply(target(), parameters, effectContext({ pid: 'none' })))).code).toBe(
      'identity_changed',
    )
    expect(isRunning(other)).toBe(true)
    expect(ledger()).toEqual([`start ${old.pid}`, `end ${old.pid}`, `start ${other.pid}`])
  })

  it('refuses at the stop itself when the process changes after the comparison', async () => {
    await started()
    const planned = await identity()
    let other: Awaited<ReturnType<typeof started>> | undefined
    const context = effectContext(planned, {
      checkpoint: async () => {
        if (other !== undefined) return
        await driverOf(target()).stop({ graceMs: 5_000 })
        other = await started()
      },
    })
    expect((await failureOf(restart.apply(target(), parameters, context))).code).toBe('identity_changed')
    expect(other !== undefined && isRunning(other)).toBe(true)
  })

  it('never leaves two processes, however many restarts run at once', async () => {
    await started()
    const planned = await identity()
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => restart.apply(target(), parameters, effectContext(planned))),
    )
    const starts = ledger().filter(line => line.startsWith('start '))
    expect(results.filter(result => result.status === 'fulfilled').length).toBeGreaterThan(0)
    expect(ledger().join()).not.toContain('conflict')
    expect(starts.map(line => isRunningPid(Number(line.slice(6)))).filter(Boolean)).toHaveLength(1)
  })
})

describe('when not all goes well', () => {
  it('fails with the last answer when the service does not become healthy in time', async () => {
    const old = await started('sick')
    const failure = await failureOf(
      restart.apply(
        target('sick'),
        { ...parameters, healthy_within: 1_500 },
        effectContext(await identity()),
      ),
    )
    expect(failure.code).toBe('target_rejected')
    expect(failure.message).toContain('not healthy within 1.5 s; last answer: HTTP 503: mood sick')
    expect(failure.fields).toMatchObject({
      touched: 1,
      oldPid: String(old.pid),
      lastAnswer: 'HTTP 503: mood sick',
    })
  })

  it('fails at once when the new process falls over', async () => {
    await started()
    const startedMs = performance.now()
    const failure = await failureOf(
      restart.apply(target('falls-over', 1), parameters, effectContext(await identity())),
    )
    expect(failure.message).toContain('its new process has ended')
    expect(failure.message).toContain('no answer')
    expect(performance.now() - startedMs).toBeLessThan(parameters.healthy_within)
  })

  it('says that the service is down when it cannot be started again', async () => {
    await started()
    const broken = target()
    const process = { ...broken.process!, command: ['/nowhere/program'] }
    const failure = await failureOf(
      restart.apply({ ...broken, process }, parameters, effectContext(await identity())),
    )
    expect(failure.message).toContain('shop-api is stopped and could not be started')
    expect(failure.fields).toMatchObject({ touched: 1 })
  })

  it('changes nothing when the checkpoint before it refuses', async () => {
    const old = await started()
    const frozen = new CodedError('frozen', 'A freeze is on.')
    const context = effectContext(await identity(), {
      checkpoint: () => {
        throw frozen
      },
    })
    expect(await failureOf(restart.apply(target(), parameters, context))).toBe(frozen)
    expect(isRunning(old)).toBe(true)
  })

  it('starts what it has stopped although a freeze comes in between, and then obeys it', async () => {
    await started('slow-to-end')
    const frozen = new CodedError('frozen', 'A freeze is on.')
    let calls = 0
    const context = effectContext(await identity(), {
      checkpoint: () => {
        calls += 1
        if (calls > 1) throw frozen
      },
    })
    expect(await failureOf(restart.apply(target(), parameters, context))).toBe(frozen)
    expect(context.checkpoints.at(-1)).toBe(1)
    expect(await driverOf(target()).identity()).toBeDefined()
    await vi.waitUntil(() => ledger().filter(line => line.startsWith('start ')).length === 2, {
      timeout: 10_000,
    })
  })

  it('stops waiting for health when it is cancelled, with the reason', async () => {
    await started()
    const controller = new AbortController()
    const reason = new Error('cancelled')
    setTimeout(() => controller.abort(reason), 1_500)
    const context = effectContext(await identity(), { signal: controller.signal })
    await expect(restart.apply(target('sick'), parameters, context)).rejects.toBe(reason)
    expect(await driverOf(target()).identity()).toBeDefined()
  })
})

describe('probe', () => {
  it('tells by the process that runs now', async () => {
    const probe = (claim: { identity: Record<string, string>; claimedAtMs: number }) =>
      restart.probe(target(), parameters, claim, patience).then(({ answer }) => answer)
    await started()
    const planned = await identity()
    const claimedAtMs = Date.now()
    expect(await probe({ identity: planned, claimedAtMs })).toBe('not-done')
    await driverOf(target()).stop({ graceMs: 5_000 })
    expect(await probe({ identity: planned, claimedAtMs })).toBe('cannot-tell')
    expect(await probe({ identity: { pid: 'none' }, claimedAtMs })).toBe('cannot-tell')
    await started()
    expect(await probe({ identity: planned, claimedAtMs })).toBe('done')
    expect(await probe({ identity: planned, claimedAtMs: Date.now() + 5_000 })).toBe('cannot-tell')
  })
})

it('refuses a service whose process is not configured', async () => {
  const failure = await failureOf(
    Promise.resolve().then(() => restart.identify(serviceTarget('http://127.0.0.1:1'), patience)),
  )
  expect(failure).toMatchObject({ code: 'target_rejected', hint: expect.stringContaining('pid_file') })
})

function identity() {
  return restart.identify(target(), patience)
}

function isRunningPid(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
