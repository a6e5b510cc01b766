/** Goal: a condition over a group is answered by those who answered, and who is silent is never taken for well or for ill. */
import { describe, expect, test } from 'vitest'
import { checkDefinitions } from '../../contracts/targets/catalogue.ts'
import { checksScope, evaluateCondition, memberValues, valueScope } from '../../language/conditions.ts'

const checks = [
  { name: 'edges', uses: 'postgres.connections', isMany: true },
  { name: 'pool', uses: 'postgres.connections', isMany: false },
] as const
const answers = [
  memberValues('edge-1', { idle: 5, used_ratio: 0.5 }),
  memberValues('edge-2', undefined),
  memberValues('edge-3', { idle: 9, used_ratio: 0.25 }),
]
const scope = checksScope(checks, { edges: answers, pool: { idle: 7 } })
const silent = checksScope(checks, { edges: [memberValues('edge-2', undefined)] })

describe('one of three is silent', () => {
  test.each([
    ['checks.edges.exists(one, one.idle > 8)', true],
    ['checks.edges.all(one, one.idle > 8)', false],
    ['checks.edges.filter(one, !one.answered).size() == 1', true],
    ['checks.edges.exists(one, !one.answered && one.target == "edge-2")', true],
    ['checks.edges.filter(one, one.answered && one.idle > 1).size() >= 2', true],
    ['checks.edges.filter(one, has(one.idle)).all(one, one.idle > 4)', true],
    ['max(checks.edges.filter(one, one.answered).map(one, one.idle)) == 9', true],
    ['min(checks.edges.filter(one, one.answered).map(one, one.used_ratio)) < 0.3', true],
    ['sum(checks.edges.filter(one, one.answered).map(one, one.idle)) == 14', true],
    ['sum(checks.edges.filter(one, one.answered).map(one, one.used_ratio)) == 0.75', true],
    ['checks.edges.size() == 3 && checks.pool.idle == 7', true],
  ])('%s is %s', (condition, value) => {
    expect(evaluateCondition(condition, scope)).toEqual({ value })
  })

  test.each([
    'checks.edges.exists(one, one.idle > 10)',
    'checks.edges.all(one, one.idle > 1)',
    'checks.edges.filter(one, one.idle > 1).size() >= 2',
    'max(checks.edges.map(one, one.idle)) > 8',
  ])('%s is no data, and says of whom', condition => {
    expect(evaluateCondition(condition, scope)).toEqual({ noData: 'checks.edges: idle of each' })
  })
})

describe('of nobody', () => {
  test.each(['max', 'min', 'sum'])('there is no %s', name => {
    const condition = `${name}(checks.edges.filter(one, one.answered).map(one, one.idle)) < 100`
    expect(evaluateCondition(condition, silent)).toEqual({
      noData: `there is nothing to take the ${name} of`,
    })
  })

  test.each(['checks.edges.all(one, one.idle > 1)', 'checks.edges.exists(one, one.idle > 1)'])(
    '%s is no data, measured or not',
    condition => {
      expect(evaluateCondition(condition, silent)).toHaveProperty('noData')
      expect(evaluateCondition(condition, checksScope(checks, {}))).toEqual({ noData: 'checks.edges' })
    },
  )
})

test('the proof of a step sees the group as `value`', () => {
  const well = 'value.all(one, one.status == "up")'
  const of = (second: Record<string, unknown> | undefined) => [
    memberValues('a', { status: 'up' }),
    memberValues('b', second),
  ]
  const asked = (second: Record<string, unknown> | undefined) =>
    evaluateCondition(well, valueScope('service.health', of(second), true))
  expect(asked({ status: 'up' })).toEqual({ value: true })
  expect(asked({ status: 'down' })).toEqual({ value: false })
  expect(asked(undefined)).toEqual({ noData: 'value: status of each' })
})

test('no check measures what says who a member is', () => {
  const fields = Object.values(checkDefinitions).flatMap(({ fields }) => Object.keys(fields))
  expect(fields).not.toContain('target')
  expect(fields).not.toContain('answered')
})
