import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../../language/condition-language.ts'
import { alwaysHolds, holdsOnlyWhere, type Ways, waysOf } from '../../language/condition-logic.ts'
import { evaluateCondition } from '../../language/conditions.ts'

const variables = { n: 'int', r: 'double', s: 'string', b: 'bool', m: 'labels' } as const

function follows(expression: string): Ways | undefined {
  const compiled = compile(expression, variables)
  if ('problem' in compiled) throw new Error(`${expression}: ${compiled.problem.message}`)
  return waysOf(compiled.ast)
}

describe('what is said of a condition is so', () => {
  const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
  const whole = fc.constantFrom('0', '1', '2', '3', '-1')
  const comparison = fc.oneof(
    fc.tuple(fc.constant('n'), operator, whole),
    fc.tuple(whole, operator, fc.constant('n')),
    fc.tuple(
      fc.constant('r'),
      operator,
      whole.map(number => `${number}.0`),
    ),
    fc.tuple(
      fc.constantFrom('s', 'm.k', 'm["k"]'),
      fc.constantFrom('==', '!='),
      fc.constantFrom('"x"', '"y"', '"xy"'),
    ),
  )
  const part = fc.oneof(
    { arbitrary: comparison.map(words => words.join(' ')), weight: 6 },
    fc.constantFrom('b', 'true', 'false', '1 < 2', '1 / 0 == 1', 'b == false', 'b != true'),
    fc.constantFrom(
      's in ["x", "z"]',
      'n in [1, 2]',
      'has(m.k)',
      '"k" in m',
      'size(m) > 0',
      's.startsWith("x")',
      's.startsWith("xy")',
      's.startsWith("")',
      'm.k.startsWith("y")',
    ),
  )
  const condition = fc.letrec<{ any: string }>(tie => ({
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      part,
      fc.tuple(tie('any'), fc.constantFrom('&&', '||'), tie('any')).map(([a, o, b]) => `(${a} ${o} ${b})`),
      tie('any').map(a => `!(${a})`),
      fc.tuple(tie('any'), tie('any'), tie('any')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  })).any
  /** Missing values among them: nothing may be said that needs a measurement to have worked. */
  const values = fc.record({
    n: fc.constantFrom(undefined, -2, -1, 0, 1, 2, 3, 4),
    r: fc.constantFrom(undefined, -1.5, -1, 0, 0.5, 1, 2, 3, 3.5),
    s: fc.constantFrom(undefined, 'x', 'y', 'z', '', 'xy', 'xz'),
    b: fc.constantFrom(undefined, true, false),
    m: fc.constantFrom<Record<string, string>>({}, { k: 'x' }, { k: 'y' }),
  })
  const holds = (expression: string, given: Record<string, unknown>): boolean | undefined => {
    const evaluated = evaluateCondition(expression, { variables, values: given })
    return 'value' in evaluated ? evaluated.value : undefined
  }

  test('whatever is measured, or is not', () => {
    fc.assert(
      fc.property(
        condition,
        fc.array(condition, { maxLength: 3 }),
        fc.array(values, { minLength: 20 }),
        (one, others, all) => {
          const ways = follows(one)
          if (ways === undefined) return
          const where = holdsOnlyWhere(ways, others.map(follows))
          for (const given of all) {
            const isTrue = holds(one, given) === true
            if (ways.length === 0) expect(isTrue, `never: ${one}`).toBe(false)
            if (alwaysHolds(ways)) expect(holds(one, given), `always: ${one}`).toBe(true)
            if (where !== undefined && isTrue)
              expect(
                where.some(index => holds(others[index]!, given) === true),
                `${one} only where ${others.join(' or ')}`,
              ).toBe(true)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('what can be told', () => {
  test.each([
    ['n > 5 && n < 3'],
    ['!(n > 5 || n < 5) && n > 7'],
    ['b && !b'],
    ['s == "x" && s in ["y", "z"]'],
    ['has(m.k) && !has(m.k)'],
    ['n > 3 && 2 > n'],
  ])('%s never holds', expression => {
    expect(follows(expression)).toEqual([])
  })

  test.each([['n > 5 || 1 < 2'], ['!(b && false)']])('%s always holds', expression => {
    expect(alwaysHolds(follows(expression) ?? [])).toBe(true)
  })

  test.each([
    ['n > 5', 'n > 5'],
    ['n > 5', 'n >= 5'],
    ['n == 7 || n > 9', 'n > 6'],
    ['r > 0.9 && b', 'r > 0.5 || s == "x"'],
    ['n < 3', 'n != 3'],
    ['s == "x"', 's in ["x", "y"]'],
    ['!(n <= 5)', 'n > 4'],
  ])('%s holds only where %s does', (narrow, wide) => {
    expect(holdsOnlyWhere(follows(narrow) ?? [], [follows(wide)])).toEqual([0])
  })

  test.each([
    ['n > 5', 'n > 6'],
    ['n >= 5', 'n > 5'],
    ['n > 5 || b', 'n > 5'],
    ['n > 5', 'r > 5'],
    ['m.k == "x"', 'm.l == "x"'],
    ['n != 3', 'n < 3'],
  ])('%s may hold where %s does not', (one, other) => {
    expect(holdsOnlyWhere(follows(one) ?? [], [follows(other)])).toBeUndefined()
  })

  test('of more ways than anybody thinks of, nothing is said', () => {
    const either = (letter: string) => `(n == ${letter}1 || n == ${letter}2 || n == ${letter}3)`
    expect(follows(['1', '2', '3', '4'].map(either).join(' && '))).toBeUndefined()
  })
})
