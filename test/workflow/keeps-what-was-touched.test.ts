/** Goal: an effect that ends in the middle, however it ends, leaves on record how many things it had touched by then. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import type { EffectContext } from '../../activities/targets/target.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { setFreeze } from '../../store/freezes.ts'
import { eventually, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { quickRunbook } from '../support/quick-runbook.ts'

let harness: Harness
/** On the real clock: a worker is held up in one of them. */
beforeAll(async () => void (harness = await startHarness({ skipsTime: false })))
afterAll(() => harness.stop())

test('stopped by a freeze: failed, with the count', async () => {
  const scene = await playStopped(async context => {
    await freeze(true)
    try {
      await context.checkpoint()
    } finally {
      await freeze(false)
    }
  })
  expect(scene.entries('effect.ended')).toMatchObject([
    { outcome: 'failed', touched: 12, unit: 'things', error: 'A freeze by ben stopped the effect after 12.' },
  ])
  expect(await claimOf(scene)).toMatchObject({ outcome: 'failed', evidence: { touched: 12 } })
})

test('cut off without an answer: unknown, and the count stays when the probe has settled it', async () => {
  const scene = await playStopped(async () => {
    throw new Error('This operation was aborted')
  })
  expect(scene.entries('effect.ended')).toMatchObject([{ outcome: 'unknown', touched: 12, unit: 'things' }])
  expect(await claimOf(scene)).toMatchObject({
    outcome: 'succeeded',
    evidence: { touched: 12, looked: 'once' },
  })
})

test('held up past its heartbeats: the workflow settles it with the count of the last one', async () => {
  const scene = await playStopped(async (context, number) => {
    await context.checkpoint()
    holdProcessUp(limits.heartbeatMs + 1_500)
    await eventually(async () => (await tell(number)).entries('effect.ended').length > 0)
    await context.checkpoint()
  })
  expect(scene.entries('effect.ended')).toMatchObject([
    { outcome: 'unknown', touched: 12, unit: 'things', error: 'its worker was lost after the claim' },
  ])
  expect(await claimOf(scene)).toMatchObject({ outcome: 'succeeded', evidence: { touched: 12 } })
})

test('held up as long as its heartbeats: whoever is first settles it, once, as unknown, with the count', async () => {
  const scene = await playStopped(async context => {
    await context.checkpoint()
    holdProcessUp(limits.heartbeatMs + 500)
    await context.checkpoint()
  })
  expect(scene.entries('effect.ended')).toMatchObject([{ outcome: 'unknown', touched: 12, unit: 'things' }])
  expect(await claimOf(scene)).toMatchObject({ evidence: { touched: 12 } })
})

test('while it runs: each checkpoint leaves the count with the claim, whatever becomes of its heartbeats', async () => {
  let kept: number | null | undefined
  await playStopped(async (context, number) => {
    expect(await touchedOf(number)).toBe(0)
    await context.checkpoint()
    kept = await touchedOf(number)
  })
  expect(kept).toBe(12)
})

test('the record is out of reach: the failure carries the count to the workflow, which settles', async () => {
  const scene = await playStopped(async () => {
    await fillDiskForWorkers()
    throw new Error('the connection broke in the middle')
  })
  expect(scene.entries('effect.ended')).toMatchObject([
    { outcome: 'unknown', touched: 12, unit: 'things', error: 'its worker was lost after the claim' },
  ])
})

type Stop = (context: EffectContext, number: string) => Promise<void>

/** An effect touches twelve things and then meets `stop`. */
async function playStopped(stop: Stop): Promise<Played> {
  let number = ''
  const target: ScriptedTarget = {
    measure: () => ({ idle: 50, used_ratio: 0.2 }),
    async apply(_, context) {
      context.countBy(() => 12)
      await stop(context, await eventually(async () => number))
      throw new Error('the effect went on')
    },
    probe: () => ({ answer: 'done', evidence: { looked: 'once' } }),
  }
  const opened = await harness.open({ runbook: quickRunbook({}), target })
  number = opened.number
  return eventually(async () => {
    const now = await harness.tell(opened)
    return now.entries('step.ended').length > 0 && now
  }, 30_000)
}

async function tell(number: string): Promise<Played> {
  return harness.tell({ number, name: '' })
}

async function freeze(on: boolean): Promise<void> {
  await setFreeze(harness.pool, { on, by: 'ben', atMs: Date.now() })
}

/** As a paused machine: nothing of this process runs on, only its threads that speak with Temporal. */
function holdProcessUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** PostgreSQL's disk is full whenever a worker settles; the workflow's own word still finds a place. */
async function fillDiskForWorkers(): Promise<void> {
  await harness.pool.query(`
    create function no_room() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
    create trigger no_room before update on claim for each row
      when (new.settled_by <> 'paramedic' and new.settled_by <> 'probe') execute function no_room()`)
}

/** As the claim has it that is still open. */
async function touchedOf(number: string): Promise<number | null | undefined> {
  const { rows } = await harness.pool.query<{ touched: number | null }>(
    'select touched from claim where incident = $1 and outcome is null',
    [number],
  )
  return rows[0]?.touched
}

async function claimOf({ number }: Played): Promise<unknown> {
  const { rows } = await harness.pool.query<{ outcome: string; evidence: Record<string, unknown> }>(
    'select outcome, evidence from claim where incident = $1',
    [number],
  )
  return rows[0]
}
