/** What is different between rows and what their entries say, in words. */
import { canonicalJson } from '../contracts/canonical-json.ts'
import { clipped, inShort } from './in-short.ts'
import type { Found } from './row-fault.ts'

/** Pairs what entries and rows say of the same thing; what is only on one side is a fault. */
export function inBoth<E, A>(
  table: string,
  expected: ReadonlyMap<string, E>,
  actual: readonly A[],
  keyOf: (row: A) => string,
): (Found | { row: string; expected: E; actual: A })[] {
  const rows = new Map(actual.map(row => [keyOf(row), row]))
  const said = [...expected].map(([key, one]) => {
    const row = rows.get(key)
    return row === undefined
      ? { row: `${table} ${key}`, says: 'its entries are there and its row is not' }
      : { row: `${table} ${key}`, expected: one, actual: row }
  })
  const unsaid = [...rows.keys()].filter(key => !expected.has(key))
  return [...said, ...unsaid.map(key => ({ row: `${table} ${key}`, says: 'no entry says that it exists' }))]
}

export function differences(row: string, actual: object, expected: object): Found[] {
  const fields = new Map(Object.entries(actual))
  return Object.entries(expected)
    .filter(([name, value]) => canonicalJson(fields.get(name) ?? null) !== canonicalJson(value ?? null))
    .map(([name, value]) => ({
      row,
      says: `${name} is ${told(fields.get(name))}, and its entries say ${told(value)}`,
    }))
}

function told(value: unknown): string {
  return typeof value === 'string' ? clipped(value, toldLength) : inShort(value ?? undefined, toldLength)
}

const toldLength = 120

export function time(atMs: number): string
export function time(atMs: number | undefined): string | null
export function time(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}
