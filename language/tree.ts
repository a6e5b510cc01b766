/** Reading a tree whose shape nobody has checked yet: what is not there is empty. */
import type { Path } from './fault.ts'

/** Reads a tree along a path; undefined when it ends earlier. */
export function valueAt(tree: unknown, path: Path): unknown {
  let at = tree
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}

export function listAt(tree: unknown, path: Path): unknown[] {
  const value = valueAt(tree, path)
  return Array.isArray(value) ? value : []
}

export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
