import { describe, expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import type { Measured, RuleState } from '../../contracts/rule.ts'
import { evaluateRule, newRuleState } from '../../rules/rule-state.ts'
import { someRule } from '../support/rules.ts'

const measurements: Record<string, Measured> = {
  '1': { is: 'value', value: 9 },
  '0': { is: 'value', value: 1 },
  n: { is: 'not-a-number' },
  '.': { is: 'absent' },
  '!': { is: 'problem', problem: { code: 'target_rejected', message: 'no' } },
}

/** One measurement a second from second 0, by its letter; what was reported, by second. */
function played(
  written: Record<string, unknown>,
  letters: string,
  from = newRuleState(0),
): { reports: [second: number, 'firing' | 'resolved'][]; state: RuleState } {
  const rule = someRule(written)
  let state = from
  const reports: [number, 'firing' | 'resolved'][] = []
  for (const [second, letter] of letters.split('').entries()) {
    const evaluated = evaluateRule(rule, state, measurements[letter]!, second * 1_000)
    state = evaluated.state
    if (evaluated.report !== undefined) reports.push([second, evaluated.report])
  }
  return { reports, state }
}

describe('a rule that wants its condition for 3 s and clear for 2 s', () => {
  test.each<[string, [number, 'firing' | 'resolved'][], string]>([
    ['111', [], 'has not held long enough'],
    ['1111', [[3, 'firing']], 'has held for three seconds'],
    ['1101111', [[6, 'firing']], 'starts over when the condition clears'],
    ['1.n!1', [[4, 'firing']], 'is not disturbed by what could not be measured'],
    ['11...', [], 'does not fire on what nobody saw'],
    ['1111' + '00', [[3, 'firing']], 'is not clear long enough'],
    [
      '1111' + '000',
      [
        [3, 'firing'],
        [6, 'resolved'],
      ],
      'is over after two clear seconds',
    ],
    ['1111' + '0100', [[3, 'firing']], 'goes on when the condition returns'],
    ['1111' + '......', [[3, 'firing']], 'is not ended by silence'],
    ['.n!.', [], 'is not started by silence'],
  ])('%s reports %j: it %s', (letters, reports) => {
    expect(played({ for: '3s', clear_for: '2s' }, letters).reports).toEqual(reports)
  })
})

describe('a rule that waits for absence', () => {
  test.each<[string, number[], string]>([
    ['0.1', [1, 2], 'an empty answer, and a value ends it'],
    ['0!!1', [], 'not an answer that cannot be used'],
    ['0nn1', [], 'not a value that is no number'],
  ])('%s: %s', (letters, [fires, resolves]) => {
    const { reports } = played({ operator: 'absent', value: undefined }, letters)
    expect(reports).toEqual(
      fires === undefined
        ? []
        : [
            [fires, 'firing'],
            [resolves, 'resolved'],
          ],
    )
  })

  test('shows no problem while it holds: the absence is its alert', () => {
    expect(played({ operator: 'absent', value: undefined }, '..').state.problem).toBeUndefined()
    expect(played({}, '0..').state.problem).toMatchObject({ code: 'no_data', sinceMs: 1_000 })
  })
})

test('in its cooldown it stays quiet, and afterwards its time begins anew', () => {
  const rule = { for: '1s', cooldown: '5s' }
  // Resolves at second 2; quiet until 7, holds since then, fires at 8.
  expect(played(rule, '11' + '0' + '1111111').reports).toEqual([
    [1, 'firing'],
    [2, 'resolved'],
    [8, 'firing'],
  ])
})

test('after a gap nobody can say that it held all the time', () => {
  const rule = someRule({ for: '2m' })
  const held = (before: RuleState, atMs: number) => evaluateRule(rule, before, measurements['1']!, atMs)
  const pending = held(newRuleState(0), 0).state
  expect(held(pending, limits.ruleGapMs).state.sinceMs).toBe(0)
  expect(held(pending, limits.ruleGapMs + 1).state.sinceMs).toBe(limits.ruleGapMs + 1)
})

test('what fires is told again after five minutes, data or not', () => {
  const letters = '1' + '.'.repeat(limits.ruleRepeatMs / 1_000)
  expect(played({}, letters).reports).toEqual([
    [0, 'firing'],
    [300, 'firing'],
  ])
})

describe('an aggregate', () => {
  const values = (...given: number[]): ((index: number) => Measured) => {
    return index => ({ is: 'value', value: given[index]! })
  }
  test.each([
    ['min', [4, 9, 2], [4, 4, 2]],
    ['max', [4, 9, 2], [4, 9, 9]],
    ['avg', [4, 9, 2], [4, 6.5, 5]],
    ['increase', [4, 9, 2], [undefined, 5, 7]],
  ])('%s of %j goes %j; a counter that fell has started anew', (aggregate, given, expected) => {
    const rule = someRule({ aggregate, window: '3s' })
    let state = newRuleState(0)
    const seen = given.map((_, index) => {
      state = evaluateRule(rule, state, values(...given)(index), index * 1_000).state
      return state.value
    })
    expect(seen).toEqual(expected)
  })

  test('forgets what lies before its window, and compares nothing while there is no new value', () => {
    const rule = someRule({ aggregate: 'max', window: '3s' })
    let state = newRuleState(0)
    for (const [second, value] of [9, 1, 1, 1].entries())
      state = evaluateRule(rule, state, { is: 'value', value }, second * 1_000).state
    expect(state.value).toBe(1)
    expect(evaluateRule(rule, state, { is: 'absent' }, 4_000).state).toMatchObject({
      phase: state.phase,
      samples: [
        [2_000, 1],
        [3_000, 1],
      ],
    })
  })
})
