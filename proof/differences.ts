/** What is different between rows and what their entries say, in words. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
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
    .filter(([name, value]) => canonicalize(fields.get(name) ?? null) !== canonicalize(value ?? null))
    .map(([name, value]) => ({
      row,
      says: `${name} is ${told(fields.get(name))}, and its entries say ${told(value)}`,
    }))
}

/** Long values are cut: where to look is told by the row. */
function told(value: unknown): string {
  const text =
    value === null || value === undefined
      ? 'nothing'
      : typeof value === 'string'
        ? value
        : (canonicalize(value) ?? '')
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

export function time(atMs: number): string
export function time(atMs: number | undefined): string | null
export function time(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}

/** SHA-256 of the canonical JSON (RFC 8785). */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
}
