/** Goal: what an alert says becomes a value of the declared type within its bounds, or is told and not used. */
import { describe, expect, test } from 'vitest'
import { filledParameters, type RunbookInput } from '../../contracts/runbook-input.ts'
import { alertScope, evaluateCondition, withInputs } from '../../language/conditions.ts'
import { resolveInputs } from '../../language/resolve-inputs.ts'

const from = { of: 'labels', name: 'x' } as const
const declared = {
  int: { name: 'i', type: 'int', unit: 'sessions', describe: '', from, min: 1, max: 200 },
  double: { name: 'i', type: 'double', unit: 'ratio', describe: '', from, max: 1 },
  duration: { name: 'i', type: 'duration', describe: '', from, min: 60_000, max: 3_600_000 },
  bool: { name: 'i', type: 'bool', describe: '', from },
  string: { name: 'i', type: 'string', describe: '', from, max: 8 },
  choice: { name: 'i', type: 'string', describe: '', from, oneOf: ['shop', 'jobs'] },
} as const satisfies Record<string, Omit<RunbookInput, 'oneOf'> & { oneOf?: readonly string[] }>

function resolved(kind: keyof typeof declared, text: string | undefined, more: Partial<RunbookInput> = {}) {
  const labels: Record<string, string> = text === undefined ? {} : { x: text }
  // The table is read-only so that its rows keep their types.
  const input = { ...declared[kind], ...more } as RunbookInput
  return resolveInputs([input], { labels, annotations: {} })[0]!
}

describe('what the alert says is taken', () => {
  test.each([
    ['int', '25', 25],
    ['double', '0.25', 0.25],
    ['double', '-3', -3],
    ['duration', '10m', 600_000],
    ['bool', 'true', true],
    ['string', 'shop', 'shop'],
    ['choice', 'jobs', 'jobs'],
  ] as const)('%s %j', (kind, text, value) => {
    expect(resolved(kind, text)).toEqual({ name: 'i', type: declared[kind].type, value, source: 'alert' })
  })
})

describe('what does not fit is refused and told, and the default holds', () => {
  test.each([
    ['int', '25 ', 'must be a whole number'],
    ['int', '2.5', 'must be a whole number'],
    ['int', '0x19', 'must be a whole number'],
    ['int', '99999999999999999999', 'must be a whole number'],
    ['int', '201', 'must be at most 200'],
    ['int', '0', 'must be at least 1'],
    ['double', '1e309', 'must be a number'],
    ['double', 'NaN', 'must be a number'],
    ['double', '1.5', 'must be at most 1'],
    ['duration', '600', 'must be a duration'],
    ['duration', '2h', 'must be at most 1h'],
    ['bool', 'yes', 'must be true or false'],
    ['string', 'much too long', 'must have at most 8 characters'],
    ['string', 'a\u202eb', 'has blanks or characters that nobody sees'],
    ['choice', 'Shop', 'must be one of shop, jobs'],
  ] as const)('%s %j', (kind, text, problem) => {
    const value = { int: 5, double: 0.5, duration: 300_000, bool: false, string: 'a', choice: 'shop' }[kind]
    const told = resolved(kind, text, { default: value })
    expect(told).toMatchObject({ value, source: 'default' })
    expect(told.problem).toContain(`alert.labels.x ${problem}`)
    expect(resolved(kind, text)).toMatchObject({ source: 'none' })
    expect(resolved(kind, text)).not.toHaveProperty('value')
  })

  test('no more of it than a line of inert text', () => {
    const { problem = '' } = resolved('choice', `\u001b[31m${'x'.repeat(5_000)}\n`)
    expect(problem.length).toBeLessThan(200)
    expect(problem).not.toMatch(/\p{Cc}/u)
  })
})

describe('without a word of the alert', () => {
  test.each([[undefined], ['']])('%j: the default holds, and nothing is wrong', text => {
    expect(resolved('int', text, { default: 5 })).toEqual({
      name: 'i',
      type: 'int',
      value: 5,
      source: 'default',
    })
  })

  test('and without a default there is no value, and why', () => {
    expect(resolved('int', undefined)).toEqual({
      name: 'i',
      type: 'int',
      source: 'none',
      problem: 'alert.labels.x is not there',
    })
  })

  test('a label of the prototype is none', () => {
    const input = { ...declared.string, from: { of: 'labels', name: 'constructor' } } as const
    expect(resolveInputs([input], { labels: {}, annotations: {} })).toMatchObject([{ source: 'none' }])
  })
})

test("a person's value goes before the alert's and is held against the same bounds", () => {
  const alert = { labels: { x: '5' }, annotations: {} }
  const given = (i: string) => resolveInputs([declared.int], alert, { i })[0]
  expect(given('7')).toMatchObject({ value: 7, source: 'given' })
  expect(given('700')).toMatchObject({ source: 'none', problem: expect.stringContaining('what was given') })
})

describe('where it is used', () => {
  const inputs = resolveInputs(
    [
      { name: 'limit', type: 'duration', describe: '', default: 90_000 },
      { name: 'most', type: 'int', unit: 'sessions', describe: '', default: 5 },
      { name: 'gone', type: 'int', unit: 'sessions', describe: '', from },
    ],
    { labels: {}, annotations: {} },
  )
  const scope = withInputs(alertScope({ labels: {}, annotations: {} }), inputs)

  test.each([
    ['inputs.most > 4', { value: true }],
    ['inputs.limit.seconds == 90.0 && inputs.limit.milliseconds == 90000', { value: true }],
    ['inputs.gone > 4', { noData: 'inputs.gone' }],
    ['inputs.gone > 4 || inputs.most > 4', { value: true }],
    ['has(inputs.gone)', { value: false }],
  ])('%s', (condition, expected) => {
    expect(evaluateCondition(condition, scope)).toEqual(expected)
  })

  test('a parameter has its value, or there is none to act with', () => {
    const given = { with: { a: 1 }, fromInputs: { b: 'most' } }
    expect(filledParameters(given, inputs)).toEqual({ with: { a: 1, b: 5 } })
    expect(filledParameters({ ...given, fromInputs: { b: 'gone' } }, inputs)).toEqual({
      missing: 'its input gone has no value: alert.labels.x is not there',
    })
  })

  test('one label of a mapping has it as text, beside those that are written out', () => {
    const text = [{ name: 'who', type: 'string', value: 'a"b\\c', source: 'alert' } as const]
    const fromInputs = { 'labels.application': 'who', 'labels.__proto__': 'who' }
    const { with: filled } = filledParameters({ with: { labels: { code: '500' } }, fromInputs }, text) as {
      with: { labels: object }
    }
    expect(Object.entries(filled.labels)).toEqual([
      ['code', '500'],
      ['application', 'a"b\\c'],
      ['__proto__', 'a"b\\c'],
    ])
    expect(filledParameters({ with: {}, fromInputs: { 'labels.a': 'who' } }, text)).toEqual({
      with: { labels: { a: 'a"b\\c' } },
    })
    expect(filledParameters({ with: {}, fromInputs: { 'labels.a': 'gone' } }, text)).toHaveProperty('missing')
  })
})
