import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareConditions } from '../../language/condition-strength.ts'
import { evaluateCondition } from '../../language/conditions.ts'

it.each([
  ['checks.a.idle > 20', 'checks.a.idle > 10', 'weaker'],
  ['checks.a.idle > 10', 'checks.a.idle > 20', 'stronger'],
  ['a.b > 10', 'a.b >= 10', 'weaker'],
  ['a.b >= 10', '10 <= a.b', 'same'],
  ['a.b < 0.7', 'a.b < 0.9', 'weaker'],
  ['a.b < -1', 'a.b < -2', 'stronger'],
  ['a.b > 10', 'a.b < 10', 'other'],
  ['a.b > 10', 'a.c > 10', 'other'],
  ['!(a.b > 20)', '!(a.b > 10)', 'stronger'],
  ['a.b > 1', 'a.b > 1 && a.c > 1', 'stronger'],
  ['a.b > 1', 'a.b > 1 || a.c > 1', 'weaker'],
  ['a.b > 1 && a.c > 1 && a.d > 1', 'a.d > 1 && a.b > 1', 'weaker'],
  ['a.b > 1 && a.c > 1', 'a.c > 1 && a.b > 1', 'same'],
  ['a.b > 2 && a.c > 1', 'a.b > 1 && a.c > 2', 'other'],
  ['a.s == "down"', 'a.s != "up"', 'weaker'],
  ['a.s == "up"', 'a.s != "up"', 'other'],
  ['a.n == 5', 'a.n > 3', 'weaker'],
  ['a.n > 5', 'a.n != 5', 'weaker'],
  ['a.n > 5', 'a.n != 6', 'other'],
  ['a.s == "a" || a.s == "b"', 'a.s == "a"', 'stronger'],
  ['a.x ? a.y : a.z', 'a.x ? a.z : a.y', 'other'],
  ['a.b>1', 'a.b  >  1', 'same'],
  ['a.n == 5', 'a.n == "5"', 'other'],
])('%s becomes %s: %s', (before, after, strength) => {
  expect(compareConditions(before, after)).toBe(strength)
})

it('takes no exponential time for nested alternatives', () => {
  const nest = (depth: number, number: number): string =>
    depth === 0
      ? `a.b > ${number}`
      : `((${nest(depth - 1, number)} && a.c${depth} > ${number}) || a.d${depth} > ${number})`
  const startedMs = performance.now()
  expect(compareConditions(nest(15, 2), nest(15, 1))).toBe('weaker')
  expect(compareConditions(nest(15, 2), nest(15, 2).replaceAll('a.b', 'a.z'))).toBe('other')
  expect(performance.now() - startedMs).toBeLessThan(2_000)
})

it('says nothing that some measurement would belie', () => {
  const limit = fc.tuple(
    fc.constantFrom('a.x', 'a.x', 'a.x', 'a.y'),
    fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
    fc.integer({ min: -1, max: 1 }),
    fc.boolean(),
  )
  const { condition } = fc.letrec<{ condition: string }>(again => ({
    condition: fc.oneof(
      { maxDepth: 3 },
      limit.map(([path, operator, value, isMirrored]) =>
        isMirrored ? `${value} ${operator} ${path}` : `${path} ${operator} ${value}`,
      ),
      fc.constantFrom('a.s == "up"', 'a.s != "up"', '"down" == a.s', 'a.s != "down"'),
      again('condition').map(inner => `!(${inner})`),
      fc
        .tuple(again('condition'), fc.constantFrom('&&', '||'), again('condition'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    ),
  }))
  const claims = { weaker: 0, stronger: 0, same: 0, other: 0 }
  fc.assert(
    fc.property(condition, condition, (before, after) => {
      const strength = compareConditions(before, after)
      claims[strength]++
      for (const values of everything) {
        const [was, is] = [holds(before, values), holds(after, values)]
        if (strength === 'weaker' || strength === 'same') expect(!was || is).toBe(true)
        if (strength === 'stronger' || strength === 'same') expect(!is || was).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
  // It has to have said something.
  expect(claims.weaker + claims.stronger).toBeGreaterThan(10)
})

const everything = [-2, -1, 0, 1, 2].flatMap(x =>
  [-1, 0, 1].flatMap(y => ['up', 'down', 'degraded'].map(s => ({ x, y, s }))),
)

function holds(condition: string, values: { x: number; y: number; s: string }): boolean {
  const variables = { a: { x: 'int', y: 'int', s: 'string' } } as const
  const evaluated = evaluateCondition(condition, { variables, values: { a: values } })
  if ('noData' in evaluated) throw new Error(`${condition}: ${evaluated.noData}`)
  return evaluated.value
}
