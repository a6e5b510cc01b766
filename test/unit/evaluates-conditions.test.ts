import { describe, expect, test } from 'vitest'
import {
  alertScope,
  checksScope,
  evaluateCondition,
  evaluateMatch,
  incidentScope,
  valueScope,
} from '../../language/conditions.ts'

const uses = [
  { name: 'pool', uses: 'postgres.connections', isMany: false },
  { name: 'health', uses: 'service.health', isMany: false },
  { name: 'keys', uses: 'redis.keys', isMany: false },
] as const

const alert = {
  labels: { alertname: 'PoolExhausted', threshold: '5', constructor: 'label' },
  annotations: {},
}
const scope = checksScope(
  uses,
  { pool: { idle: 25, total: 100, used_ratio: 0.95 }, health: { status: 'down' }, keys: undefined },
  alert,
)

describe('a condition', () => {
  test.each([
    ['checks.pool.idle > 20', true],
    ['checks.pool.idle + 1 > 25', true],
    ['checks.pool.idle * 4 == checks.pool.total', true],
    ['checks.pool.idle / 2 == 12', true],
    ['checks.pool.idle % 2 == 1', true],
    ['checks.pool.idle > 20.5', true],
    ['checks.pool.idle < 24.9', false],
    ['checks.pool.used_ratio < 1', true],
    ['checks.pool.used_ratio * 100.0 > 94.0', true],
    ['double(checks.pool.idle) / double(checks.pool.total) == 0.25', true],
    ['-checks.pool.idle < 0', true],
    ['checks.health.status in ["down", "degraded"]', true],
    ['checks.pool.idle > 20 ? checks.health.status == "down" : false', true],
    ['alert.labels.alertname == "PoolExhausted"', true],
    ['alert.labels["alertname"].startsWith("Pool")', true],
    ['"team" in alert.labels', false],
    ['double(alert.labels.threshold) < 6.0', true],
    ['["Pool", "Cache"].exists(prefix, alert.labels.alertname.startsWith(prefix))', true],
    ['has(checks.health.http_status)', false],
    ['has(checks.health.status) && !has(alert.annotations.runbook)', true],
    ['has(checks.keys.count)', false],
    ['alert.labels.constructor == "label"', true],
  ])('%s is %s', (expression, value) => {
    expect(evaluateCondition(expression, scope)).toEqual({ value })
  })

  test.each([
    ['checks.pool.active > 1', 'checks.pool.active'],
    ['checks.keys.count > 1', 'checks.keys.count'],
    ['1 + checks.keys.count > 1', 'checks.keys.count'],
    ['alert.labels.team == "x"', 'alert.labels.team'],
    ['alert.labels.team != "x"', 'alert.labels.team'],
    ['alert.labels["team"] == "x"', 'alert.labels["team"]'],
    ['alert.labels.toString == "x"', 'alert.labels.toString'],
    ['alert.labels.__proto__ == "x"', 'alert.labels.__proto__'],
    ['checks.pool.idle > 20 && checks.keys.count > 1', 'checks.keys.count'],
    ['checks.keys.count > 1 && checks.pool.idle > 20', 'checks.keys.count'],
    ['checks.pool.idle > 99 || checks.keys.count > 1', 'checks.keys.count'],
    ['!(checks.keys.count > 1)', 'checks.keys.count'],
    ['checks.pool.idle / 0 > 1', 'division by zero in checks.pool.idle / 0'],
  ])('%s has no data', (expression, noData) => {
    expect(evaluateCondition(expression, scope)).toEqual({ noData })
  })

  test.each([
    ['checks.health.status == "down" || checks.keys.count > 1', true],
    ['checks.keys.count > 1 || checks.health.status == "down"', true],
    ['checks.health.status == "up" && checks.keys.count > 1', false],
    ['checks.keys.count > 1 && checks.health.status == "up"', false],
  ])('%s is settled by the side that was measured', (expression, value) => {
    expect(evaluateCondition(expression, scope)).toEqual({ value })
  })

  test.each([
    ['null', null],
    ['text', '25'],
    ['a fraction', 25.5],
    ['no number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['absent', undefined],
  ])('on an int that is %s has no data', (_, idle) => {
    expect(
      evaluateCondition('value.idle >= 0 || value.idle < 0', valueScope('postgres.connections', { idle })),
    ).toEqual({
      noData: 'value.idle',
    })
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '0.5', null])(
    'on a double that is %s has no data',
    ratio => {
      const measured = valueScope('postgres.connections', { used_ratio: ratio })
      expect(evaluateCondition('value.used_ratio < 1', measured)).toEqual({ noData: 'value.used_ratio' })
    },
  )

  test('reads large ints exactly', () => {
    const large = valueScope('redis.keys', { memory_bytes: Number.MAX_SAFE_INTEGER })
    expect(evaluateCondition('value.memory_bytes + 2 == 9007199254740993', large)).toEqual({ value: true })
  })

  test('on a check that failed has no data', () => {
    expect(evaluateCondition('value.status == "up"', valueScope('service.health', undefined))).toEqual({
      noData: 'value.status',
    })
  })

  test('that is not valid has no data and does not throw', () => {
    expect(evaluateCondition('value.', valueScope('service.health', {}))).toEqual({
      noData: 'the condition is not valid here: the condition ends too early',
    })
  })

  test.each([
    ['yes', true],
    ['unknown', true],
    ['no', false],
  ] as const)('reads impact %s as %s', (impact, value) => {
    const incident = incidentScope({ impact, severity: 'SEV2', phase: 'triage' })
    expect(evaluateCondition('incident.impact', incident)).toEqual({ value })
    expect(evaluateCondition('incident.severity == "SEV2" && incident.phase == "triage"', incident)).toEqual({
      value: true,
    })
  })

  test('gives the same answer again, whatever was evaluated between', () => {
    const expression = 'checks.pool.idle > 20'
    const other = checksScope([{ name: 'pool', uses: 'service.health', isMany: false }], {
      pool: { status: 'up' },
    })
    expect(evaluateCondition(expression, scope)).toEqual({ value: true })
    expect(evaluateCondition('checks.pool.status == "up"', other)).toEqual({ value: true })
    expect(evaluateCondition(expression, other)).toHaveProperty('noData')
    expect(evaluateCondition(expression, scope)).toEqual({ value: true })
  })
})

describe('alert text is data', () => {
  test.each(['{{7*7}}', '${env:HOME}', '" || true || "', 'true', '); process.exit(1); (', '\u0000'])(
    '%j',
    text => {
      const hostile = alertScope({ labels: { alertname: text }, annotations: {} })
      expect(evaluateCondition('alert.labels.alertname == "49"', hostile)).toEqual({ value: false })
      expect(evaluateCondition('alert.labels.alertname == "x"', hostile)).toEqual({ value: false })
      expect(evaluateCondition(`alert.labels.alertname == ${JSON.stringify(text)}`, hostile)).toEqual({
        value: true,
      })
    },
  )
})

describe('a match', () => {
  const match = 'alert.labels.alertname == "PoolExhausted" && alert.labels.team == "x"'
  test.each([
    ['holds', { alertname: 'PoolExhausted', team: 'x' }, true],
    ['does not hold', { alertname: 'PoolExhausted', team: 'y' }, false],
    ['names a label the alert lacks', { alertname: 'PoolExhausted' }, false],
  ])('that %s', (_, labels, expected) => {
    expect(evaluateMatch({ match }, { labels, annotations: {} })).toBe(expected)
  })

  test('that is absent never holds', () => {
    expect(evaluateMatch({}, { labels: {}, annotations: {} })).toBe(false)
  })
})

const mapGivesNumbers = '`map` has to give a number for each, for max, min or sum'

describe('the cost of a condition is bounded', () => {
  test.each([
    ['length', `true || ${'(true) || '.repeat(300)} true`, 'the condition is longer than 2048 characters'],
    ['nodes', Array(250).fill('1').join('+') + ' > 1', 'the condition has more than 400 parts'],
    ['depth', '('.repeat(60) + 'true' + ')'.repeat(60), 'the condition is nested more than 40 deep'],
    [
      'list items',
      `1 in [${Array(150).fill('1').join(',')}]`,
      'a list in the condition has more than 100 items',
    ],
    ['loops in loops', '[1].all(a, [1].all(b, a == b))', 'loops inside loops are not allowed in conditions'],
    ['regular expressions', '"a".matches("(a+)+$")', 'conditions have no function `matches`'],
    ['growing values', 'cel.bind(a, "x", a + a == "xx")', 'conditions have no function `bind`'],
    ['growing lists', 'size([1, 2].map(a, [a, a])) > 1', mapGivesNumbers],
    ['growing text', 'size(["a"].map(a, a + a)) > 1', mapGivesNumbers],
  ])('%s', (_, expression, message) => {
    expect(evaluateCondition(expression, scope)).toEqual({
      noData: `the condition is not valid here: ${message}`,
    })
  })
})
