import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Measured, RuleState } from '../../contracts/rule.ts'
import { conditionHolds } from '../../rules/condition.ts'
import { evaluateRule, newRuleState } from '../../rules/rule-state.ts'
import { someRule } from '../support/rules.ts'

const measured: fc.Arbitrary<Measured> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1, 9).map(value => ({ is: 'value', value }) as const) },
  { weight: 1, arbitrary: fc.constant({ is: 'not-a-number' } as const) },
  { weight: 1, arbitrary: fc.constant({ is: 'absent' } as const) },
  {
    weight: 1,
    arbitrary: fc.constant({ is: 'problem', problem: { code: 'no_data', message: 'none' } } as const),
  },
)
const evaluations = fc.array(
  fc.record({ afterMs: fc.constantFrom(1_000, 1_000, 1_000, 2_000, 30_000, 61_000, 400_000), measured }),
  { maxLength: 60 },
)
const rules = fc.record({
  operator: fc.constantFrom('>', 'absent'),
  forS: fc.constantFrom(0, 2, 5, 60),
  clearForS: fc.constantFrom(0, 3),
  cooldownS: fc.constantFrom(0, 4, 90),
})

interface Step {
  atMs: number
  holds: boolean | undefined
  report: 'firing' | 'resolved' | undefined
  before: RuleState
  after: RuleState
}

test('whatever is measured: it fires after `for` and not before, resolves when clear, keeps its cooldown, and silence changes nothing', () => {
  fc.assert(
    fc.property(rules, evaluations, ({ operator, forS, clearForS, cooldownS }, given) => {
      const rule = someRule({
        operator,
        value: operator === 'absent' ? undefined : 5,
        for: `${forS}s`,
        clear_for: `${clearForS}s`,
        cooldown: `${cooldownS}s`,
      })
      const steps: Step[] = []
      let state = newRuleState(0)
      let atMs = 0
      for (const { afterMs, measured: one } of given) {
        atMs += afterMs
        const before = state
        // A restart between any two evaluations: all that is remembered goes through its row.
        const { state: after, report } = evaluateRule(rule, restored(before), one, atMs)
        const holds = conditionHolds(rule, one, one.is === 'value' ? one.value : undefined)
        steps.push({ atMs, holds, report, before, after })
        state = after
      }
      for (const [index, step] of steps.entries()) {
        checkPhases(step, rule.cooldownMs)
        if (hasFired(step)) checkHeld(steps.slice(0, index + 1), rule.forMs)
        if (step.report === 'resolved') checkClear(steps.slice(0, index + 1), rule.clearForMs)
      }
      checkQuiet(steps, rule.cooldownMs + rule.forMs)
    }),
    { numRuns: 2_000 },
  )
})

function hasFired({ before, report }: Step): boolean {
  return before.phase !== 'firing' && report === 'firing'
}

/** Phases change only in their order, and only on what was seen; a cooldown ends by the clock. */
function checkPhases({ before, after, holds, atMs, report }: Step, cooldownMs: number): void {
  if (report === 'resolved') expect(before.phase).toBe('firing')
  if (before.phase === after.phase) return
  const cooled = before.phase === 'cooldown' && atMs - before.sinceMs >= cooldownMs
  if (holds === undefined) return expect(cooled && after.phase === 'inactive').toBe(true)
  if (after.phase === 'cooldown') expect(before.phase).toBe('firing')
  if (after.phase === 'pending') expect(['inactive', 'cooldown']).toContain(before.phase)
}

/** Back from the firing: nothing but holding until `for` is covered, and never a minute unseen. */
function checkHeld(steps: Step[], forMs: number): void {
  const firedAtMs = steps.at(-1)!.atMs
  const held = steps.toReversed().filter(({ holds }) => holds !== undefined)
  for (const [index, { atMs, holds }] of held.entries()) {
    expect(holds).toBe(true)
    if (firedAtMs - atMs >= forMs) return
    expect(atMs - (held[index + 1]?.atMs ?? -Infinity)).toBeLessThanOrEqual(60_000)
  }
  expect.fail('it fired before its condition had held long enough')
}

function checkClear(steps: Step[], clearForMs: number): void {
  const resolvedAtMs = steps.at(-1)!.atMs
  for (const { atMs, holds } of steps.toReversed().filter(step => step.holds !== undefined)) {
    expect(holds).toBe(false)
    if (resolvedAtMs - atMs >= clearForMs) return
  }
  expect.fail('it resolved before it had been clear long enough')
}

function checkQuiet(steps: Step[], quietMs: number): void {
  let resolvedAtMs = -Infinity
  for (const step of steps) {
    if (hasFired(step)) expect(step.atMs - resolvedAtMs).toBeGreaterThanOrEqual(quietMs)
    if (step.report === 'resolved') resolvedAtMs = step.atMs
  }
}

function restored(state: RuleState): RuleState {
  return JSON.parse(JSON.stringify(state)) as RuleState
}
