import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { alert, mendedBy, neverMended, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const step = (id: string, more: string) => `
  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${more}
      verify: { check: pool, until: 'value.used_ratio < 0.7', for: 10s, within: 20s, every: 10s },
      undo: { none: "sessions reconnect" } }`

const runbook = (...steps: string[]) => `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate:${steps.join('')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 10s, within: 20s, every: 10s }
hold: 1m
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 40m, unless: resolved, page: [senior] }
`

const again = `precheck: { check: pool, when: 'value.used_ratio > 0.9', after: 2m },`

/** Sick for so many minutes, counted from its first measurement. */
function sickFor(minutes: number): ScriptedTarget {
  let firstMs: number | undefined
  return {
    measure({ nowMs }) {
      firstMs ??= nowMs
      return { idle: 50, used_ratio: nowMs - firstMs < minutes * 60_000 ? 0.99 : 0.2 }
    },
  }
}

test('what has passed by itself is left alone: measured again after the wait, nothing is planned', async () => {
  const played = await harness.play({
    runbook: runbook(step('first', again)),
    target: sickFor(1),
    people: [alert(4, 'resolved')],
  })
  expect(played.receipts).toEqual([])
  expect(played.entries('step.planned')).toEqual([])
  const [opened] = played.timeline.filter(entry => entry.kind === 'step.waits')
  expect(opened!.data).toMatchObject({ step: 'first', attempt: 1, because: 'pool is measured again then' })
  expect(played.entries('check.measured').map(({ values }) => values['used_ratio'])).toEqual([0.99, 0.2])
  expect(played.entries('step.ended')).toEqual([
    {
      step: 'first',
      attempt: 1,
      result: 'skipped',
      because: 'not needed: value.used_ratio > 0.9 does not hold',
    },
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('what still stands after the wait is mended', async () => {
  const played = await harness.play({
    runbook: runbook(step('first', again)),
    target: mendedBy(1),
    people: [alert(4, 'resolved')],
  })
  expect(played.receipts).toHaveLength(1)
  expect(played.entries('step.ended')).toMatchObject([{ attempt: 1, result: 'succeeded' }])
})

test('no data after the wait: nothing is done, and it says so', async () => {
  let measured = 0
  const target: ScriptedTarget = {
    measure() {
      measured += 1
      if (measured > 1) throw new Error('no answer')
      return { idle: 50, used_ratio: 0.99 }
    },
  }
  const played = await harness.play({ runbook: runbook(step('first', again)), target, people: [resolves(5)] })
  expect(played.receipts).toEqual([])
  expect(played.entries('step.ended')[0]).toMatchObject({
    result: 'skipped',
    because: expect.stringMatching(/^not to be judged without value.used_ratio/),
  })
})

test('the alert resolves during the wait: the step is withdrawn, and recovery is measured', async () => {
  const played = await harness.play({
    runbook: runbook(step('first', again)),
    target: sickFor(1),
    people: [alert(1.5, 'resolved')],
  })
  expect(played.entries('step.ended')).toMatchObject([{ result: 'withdrawn' }])
  expect(played.row['outcome']).toBe('recovered')
  expect(played.entries('check.measured')).toHaveLength(1)
})

test('a step that failed is tried again, from its plan on, as often as it says', async () => {
  const scene = (times: number) => ({
    runbook: runbook(step('first', `retry: { times: ${times}, after: 1m },`), step('second', '')),
    target: mendedBy(3),
    people: [alert(6, 'resolved')],
  })
  const [twice, once] = await Promise.all([harness.play(scene(2)), harness.play(scene(1))])
  expect(twice.entries('step.ended')).toMatchObject([
    { step: 'first', attempt: 1, result: 'failed' },
    { step: 'first', attempt: 2, result: 'failed' },
    { step: 'first', attempt: 3, result: 'succeeded' },
  ])
  expect(twice.entries('step.waits')).toMatchObject([
    { step: 'first', attempt: 2, because: 'it is tried again then (1 of 2)' },
    { step: 'first', attempt: 3, because: 'it is tried again then (2 of 2)' },
  ])
  expect(twice.entries('step.planned').map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  expect(
    once.entries('step.ended').map(({ step, attempt, result }) => `${step}/${attempt} ${result}`),
  ).toEqual(['first/1 failed', 'first/2 failed', 'second/1 succeeded'])
})

test('the alert resolves between two tries and it is not well: the ladder goes on with the same step', async () => {
  const played = await harness.play({
    runbook: runbook(step('first', `retry: { times: 1, after: 10m },`), step('second', '')),
    target: mendedBy(2),
    people: [alert(2, 'resolved')],
  })
  expect(played.entries('step.ended').map(({ step, result }) => `${step} ${result}`)).toEqual([
    'first failed',
    'first succeeded',
  ])
  expect(played.row['outcome']).toBe('recovered')
})

test('a step that failed calls people, or ends the ladder, when its runbook says so', async () => {
  const scene = (onFailure: string) => ({
    runbook: runbook(step('first', `on_failure: ${onFailure},`), step('second', '')),
    target: neverMended,
    people: [resolves(3)],
  })
  const [next, escalate, stop] = await Promise.all(
    ['next', 'escalate', 'stop'].map(onFailure => harness.play(scene(onFailure))),
  )
  const steps = (played: Played): string[] => played.entries('step.ended').map(ended => ended.step)
  expect(steps(next!)).toEqual(['first', 'second'])
  expect(steps(escalate!)).toEqual(['first', 'second'])
  expect(steps(stop!)).toEqual(['first'])
  expect(next!.pages.map(({ page }) => page.because)).toEqual([
    'it opened',
    'no step of its runbook brought recovery, and people have to go on',
  ])
  expect(escalate!.pages.map(({ page }) => page.because)).toEqual(['it opened', 'its step first failed'])
})
