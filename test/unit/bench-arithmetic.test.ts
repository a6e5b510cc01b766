import { describe, expect, test } from 'vitest'
import { median, percentile, ratios, spreadOf } from '../../bench/arithmetic.ts'
import { type Figure, judge, ratioTo } from '../../bench/figure.ts'
import type { Machine } from '../../bench/machine.ts'
import { compare, missedAims, type Results } from '../../bench/results.ts'
import { readSettings } from '../../bench/settings.ts'

describe('percentiles are by nearest rank, whatever the order of the samples', () => {
  const hundred = Array.from({ length: 100 }, (_, nth) => ((nth * 37) % 100) + 1)
  test.each([
    [hundred, 50, 50],
    [hundred, 99, 99],
    [hundred, 100, 100],
    [hundred, 0, 1],
    [[7], 50, 7],
    [[7], 99, 7],
    [[10, 9, 100], 50, 10],
    [[1, 2, 3, 4], 50, 2],
  ])('%#', (samples, percent, expected) => {
    expect(percentile(samples, percent)).toBe(expected)
  })

  test('of nothing there is none', () => {
    expect(percentile([], 50)).toBeNaN()
  })
})

test('the median is the middle, or between the two in the middle; the spread is the extremes', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([10, 2, 4, 100])).toBe(7)
  expect(median([])).toBeNaN()
  expect(spreadOf([3, 1, 20])).toEqual({ median: 3, lowest: 1, highest: 20 })
})

describe('ratios', () => {
  test('pair what was measured in the same round, so that a slow round of both says nothing', () => {
    expect(ratios([10, 100], [5, 50])).toEqual([2, 2])
  })

  test('a peer measured once stands for every round', () => {
    expect(ratios([10, 20], [10])).toEqual([1, 2])
  })

  test('rounds that do not pair up are a mistake', () => {
    expect(() => ratios([1, 2, 3], [1, 2])).toThrow('3 rounds cannot be compared with 2')
  })
})

function figure(rounds: number[], peer: number[], change: Partial<Figure> = {}): Figure {
  const beside = [{ name: 'floor', rounds: peer }]
  return { id: 'a.b', what: 'it', unit: 'ms', better: 'lower', rounds, beside, aims: [], ...change }
}

describe('an aim', () => {
  test.each([
    ['of a ratio, met', { peer: 'floor', atMost: 2 }, true, 2],
    ['of a ratio, missed', { peer: 'floor', atMost: 1.9 }, false, 2],
    ['of at least, met', { peer: 'floor', atLeast: 2 }, true, 2],
    ['of at least, missed', { peer: 'floor', atLeast: 2.1 }, false, 2],
    ['of the value itself', { atMost: 20 }, true, 20],
    ['of the value itself, missed', { atMost: 19 }, false, 20],
  ])('%s', (_, aim, isMet, got) => {
    expect(judge(figure([10, 20, 30], [5, 10, 15], { aims: [aim] }))).toEqual([{ ...aim, isMet, got }])
  })

  test('beside a peer that is not installed says nothing', () => {
    expect(judge(figure([1], [1], { aims: [{ peer: 'absent', atMost: 0 }] }))).toEqual([])
  })

  test('of a figure without the peer asked for is a mistake', () => {
    expect(() => ratioTo(figure([1], [1]), 'absent')).toThrow('a.b was not measured beside absent')
  })
})

const machine: Machine = {
  model: 'A',
  cores: 2,
  memoryGiB: 8,
  system: 'linux',
  node: '24',
  versions: {},
  loadAverage: [0, 0, 0],
}

function results(figures: Figure[], on: Partial<Machine> = {}): Results {
  return { format: 1, startedAt: '', isQuick: false, machine: { ...machine, ...on }, figures }
}

describe('against a baseline', () => {
  test.each([
    ['lower where lower is better', 'lower', [10, 12], [5, 6], 'better'],
    ['higher where lower is better', 'lower', [5, 6], [10, 12], 'worse'],
    ['lower where higher is better', 'higher', [10, 12], [5, 6], 'worse'],
    ['higher where higher is better', 'higher', [5, 6], [10, 12], 'better'],
    ['spreads that overlap', 'lower', [5, 10], [9, 14], 'noise'],
    ['spreads that touch', 'lower', [5, 10], [10, 14], 'noise'],
  ] as const)('%s', (_, better, before, now, verdict) => {
    const [change] = compare(
      results([figure([...before], [1], { better })]),
      results([figure([...now], [1], { better })]),
    )
    expect(change).toMatchObject({ id: 'a.b', of: 'ms', before: median(before), now: median(now), verdict })
  })

  test('of another machine only ratios are compared', () => {
    const before = results([figure([10], [5])])
    const now = results([figure([90], [30])], { model: 'B' })
    expect(compare(before, now)).toEqual([
      { id: 'a.b', of: 'beside floor', before: 2, now: 3, verdict: 'worse' },
    ])
  })

  test('what only one of them has is left out', () => {
    expect(compare(results([figure([1], [1], { id: 'old' })]), results([figure([1], [1])]))).toEqual([])
  })
})

test('missed aims are named', () => {
  const aims = [{ peer: 'floor', atMost: 1 }]
  const figures = [figure([2], [1], { aims }), figure([1], [1], { id: 'met', aims })]
  expect(missedAims(results(figures))).toEqual(['a.b'])
})

describe('settings', () => {
  test('without options everything is measured', () => {
    expect(readSettings([])).toMatchObject({
      parts: ['accept', 'latency', 'history', 'throughput', 'memory', 'drills'],
      isQuick: false,
    })
  })

  test('--only keeps the order of the run', () => {
    expect(readSettings(['--only', 'memory,accept'])).toMatchObject({ parts: ['accept', 'memory'] })
  })

  test('a part that does not exist is said', () => {
    expect(() => readSettings(['--only', 'acept'])).toThrow('acept is no part; there are accept, latency')
  })
})
