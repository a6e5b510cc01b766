import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { hashOf } from '../../contracts/canonical-json.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import { parseDuration } from '../../contracts/duration.ts'
import { normaliseRunbook } from '../../language/normalise-runbook.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { runbookSource } from '../../language/runbook-source.ts'
import { at, pathsIn, shippedRunbooks, shippedTrees, type Tree } from '../support/mutated-runbooks.ts'
import { writtenRunbook } from '../../language/written-runbook.ts'

interface Taken {
  runbook: Runbook
  hash: string
}

function taken(text: string): Taken | undefined {
  const parsed = parseRunbook(text, 'x.yaml')
  return 'runbook' in parsed ? { runbook: parsed.runbook, hash: parsed.hash } : undefined
}

/** The hash of what a tree means, whether the linter allows it or not where that can be said; undefined of what is no runbook. */
function hashOfMeaning(tree: Tree): string | undefined {
  const checked = runbookSource.safeParse(tree)
  if (!checked.success) return undefined
  try {
    return hashOf(normaliseRunbook(checked.data))
  } catch {
    // The normaliser takes for granted that checks and actions exist.
    return taken(stringify(tree))?.hash
  }
}

/** Every mapping in another order; lists stay, their order says something. */
function reordered(tree: Tree, order: () => number): Tree {
  if (Array.isArray(tree)) return tree.map(item => reordered(item, order))
  if (typeof tree !== 'object' || tree === null) return tree
  const entries = Object.entries(tree).map(entry => ({ entry, order: order() }))
  const sorted = entries.toSorted((a, b) => a.order - b.order)
  return Object.fromEntries(sorted.map(({ entry: [key, value] }) => [key, reordered(value, order)]))
}

/** The same times in smaller units, and what an author may leave out written down. */
function longhand(tree: Tree, inMs: boolean): Tree {
  if (Array.isArray(tree)) return tree.map(item => longhand(item, inMs))
  if (typeof tree === 'string') {
    const duration = inMs ? parseDuration(tree) : undefined
    return duration === undefined ? tree : `${duration}ms`
  }
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, longhand(value, inMs)]))
}

const styles = [
  {},
  { collectionStyle: 'flow' },
  { collectionStyle: 'block', indent: 5 },
  { defaultStringType: 'QUOTE_DOUBLE' },
  { defaultStringType: 'QUOTE_SINGLE', lineWidth: 30 },
] as const

describe('the hash is that of the meaning', () => {
  test('whatever order, units, quotes and style somebody writes in', () => {
    const writing = fc.record({
      index: fc.nat(shippedTrees.length - 1),
      style: fc.constantFrom(...styles),
      inMs: fc.boolean(),
      orders: fc.infiniteStream(fc.nat()),
      comment: fc.stringMatching(/^[ -~]{0,20}$/),
    })
    fc.assert(
      fc.property(writing, ({ index, style, inMs, orders, comment }) => {
        const order = (): number => orders.next().value as number
        const tree = longhand(reordered(shippedTrees[index]!, order), inMs)
        const again = taken(`# ${comment}\n${stringify(tree, style)}`)
        expect(again).toStrictEqual(taken(shippedRunbooks[index]!))
      }),
      { numRuns: 500 },
    )
  })

  /** Two ways to write one time, and an `every` that is what it would have been. */
  const isSame = (a: Tree | undefined, b: Tree | undefined): boolean => {
    const [one, other] = [parseDuration(a), parseDuration(b)]
    return one === undefined || other === undefined ? JSON.stringify(a) === JSON.stringify(b) : one === other
  }

  test('and changes with every value of the file that can be another one', () => {
    const survivors: string[] = []
    let changed = 0
    for (const tree of shippedTrees) {
      const before = taken(stringify(tree))!
      for (const path of pathsIn(tree)) {
        for (const other of othersFor(at(tree, path)!)) {
          const copy = structuredClone(tree)
          const holder = at(copy, path.slice(0, -1)) as Record<string | number, Tree>
          if (isSame(holder[path.at(-1)!], other)) continue
          holder[path.at(-1)!] = other
          const after = hashOfMeaning(copy)
          if (after === undefined) continue
          changed += 1
          // Asked last, because reading and linting the text takes ten times as long.
          if (after === before.hash && taken(stringify(copy)) !== undefined)
            survivors.push(`${path.join('.')} = ${JSON.stringify(other)}`)
        }
      }
    }
    expect(survivors).toEqual([])
    expect(changed).toBeGreaterThan(400)
  })

  test('and changes when something optional is taken away that is not its default', () => {
    const same: string[] = []
    for (const tree of shippedTrees) {
      const before = taken(stringify(tree))!
      for (const path of pathsIn(tree)) {
        const copy = structuredClone(tree)
        const holder = at(copy, path.slice(0, -1)) as Record<string | number, Tree>
        if (Array.isArray(holder)) holder.splice(Number(path.at(-1)), 1)
        else delete holder[path.at(-1)!]
        if (hashOfMeaning(copy) !== before.hash || taken(stringify(copy)) === undefined) continue
        if (!saysDefaults(path.at(-1)!, at(tree, path)!))
          same.push(`${before.runbook.name}: ${path.join('.')}`)
      }
    }
    expect(same).toEqual([])
    expect(saysDefaults('expires', '15m')).toBe(true)
  })
})

/** What the shipped runbooks spell out although it is so anyway. */
const defaults: Record<string, readonly Tree[]> = {
  targets: [{}],
  checks: [{}],
  quorum: [1],
  expires: ['15m', '30m'],
  on_expiry: ['escalate'],
  for: ['30s'],
  within: ['5m'],
  idle_longer_than: ['10m'],
  at_most: [200],
  grace: ['10s'],
  healthy_within: ['1m'],
}

function saysDefaults(key: string | number, value: Tree): boolean {
  if (key === 'with' && typeof value === 'object' && value !== null)
    return Object.entries(value).every(([name, each]) => saysDefaults(name, each))
  return (defaults[key] ?? []).some(known => JSON.stringify(known) === JSON.stringify(value))
}

const words = [
  'SEV1',
  'SEV2',
  'SEV3',
  'SEV4',
  'next',
  'stop',
  'acknowledged',
  'resolved',
  'on-call',
  'senior',
]

/** Values near the written one, of which some are allowed where it stands. */
function othersFor(written: Tree): Tree[] {
  if (typeof written === 'number') return [written + 1, written - 1]
  if (typeof written !== 'string') return []
  const duration = parseDuration(written)
  if (duration !== undefined) return [`${duration + 1_000}ms`, `${duration * 2}ms`]
  return [
    `${written} indeed`,
    `${written}-b`,
    written.replace(/>=?/, '<'),
    written.replace(/[0-9.]+$/, '3.0'),
    written.replace('"up"', '"down"'),
    ...words,
  ]
}

test.each(shippedRunbooks.map(text => [taken(text)!.runbook.name, text]))(
  '%s: what was normalised is normal',
  (_, text) => {
    const once = taken(text)!
    const twice = taken(stringify(writtenRunbook(once.runbook)))
    expect(twice).toStrictEqual(once)
  },
)
