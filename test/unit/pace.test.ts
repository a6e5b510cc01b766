import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPace } from '../../activities/targets/pace.ts'

let calls: number[]
let refusal: Error | undefined
let touched: number
let counted: () => number

const context = {
  identity: {},
  atMost: 10,
  signal: new AbortController().signal,
  countBy: (count: () => number) => void (counted = count),
  async checkpoint() {
    calls.push(counted())
    if (refusal !== undefined) throw refusal
  },
}

beforeEach(() => {
  vi.useFakeTimers()
  calls = []
  refusal = undefined
  touched = 0
})

afterEach(() => {
  vi.useRealTimers()
})

it('passes a checkpoint before each batch', async () => {
  const pace = createPace(context, () => touched, 3)
  for (; touched < 7; touched += 1) await pace.step()
  expect(calls).toEqual([0, 3, 6])
})

it('passes one earlier when a second went by', async () => {
  const pace = createPace(context, () => touched, 100)
  for (; touched < 3; touched += 1) {
    await pace.step()
    vi.advanceTimersByTime(600)
  }
  expect(calls).toEqual([0, 2])
})

it('passes one each second while something takes long', async () => {
  const pace = createPace(context, () => touched, 100)
  await pace.step()
  const work = new Promise<string>(resolve => setTimeout(() => resolve('answer'), 3_500))
  const waited = pace.wait(work)
  await vi.advanceTimersByTimeAsync(3_500)
  expect(await waited).toBe('answer')
  expect(calls).toHaveLength(4)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(calls).toHaveLength(4)
})

it('keeps the answer when a checkpoint refuses meanwhile, and refuses the next step with the new count', async () => {
  const pace = createPace(context, () => touched, 100)
  await pace.step()
  refusal = new Error('frozen')
  const waited = pace.wait(new Promise<string>(resolve => setTimeout(() => resolve('answer'), 1_500)))
  await vi.advanceTimersByTimeAsync(1_500)
  expect(await waited).toBe('answer')
  touched = 1
  await expect(pace.step()).rejects.toBe(refusal)
  expect(calls.at(-1)).toBe(1)
})

it('goes on when the refusal was lifted before the next step', async () => {
  const pace = createPace(context, () => touched, 100)
  await pace.step()
  refusal = new Error('frozen')
  const waited = pace.wait(new Promise<void>(resolve => setTimeout(resolve, 1_500)))
  await vi.advanceTimersByTimeAsync(1_500)
  await waited
  refusal = undefined
  await pace.step()
  expect(calls).toHaveLength(3)
})
