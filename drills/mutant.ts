/** A runbook with one change that somebody might make, or overlook. */
import type { Runbook } from '../contracts/runbook.ts'
import type { Path } from './asked-conditions.ts'

export const mutantKinds = [
  'condition',
  'duration',
  'parameter',
  'gate',
  'step',
  'level',
  'severity',
  'communication',
  'post-mortem',
] as const
export type MutantKind = (typeof mutantKinds)[number]

/** One change before it is known whether it makes a runbook. */
export interface Change {
  kind: MutantKind
  /** In the normalised runbook. */
  path: Path
  /** `after 15m -> 16m`; the place stands before it. */
  words: string
  runbook: Runbook
  /** Why no drill can ever notice it. */
  equivalent?: string
}

export interface Mutant extends Change {
  /** The same for the same runbook. */
  id: string
  /** `escalate[1].after 15m -> 16m`. */
  what: string
}

/** A copy in which something else stands at the path; undefined takes it away. */
export function withChange(runbook: Runbook, path: Path, value: unknown): Runbook {
  // The copy has the type of what it copies, and what is put into it is what the caller says stands there.
  return changed(runbook, path, value) as Runbook
}

function changed(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (Array.isArray(tree)) {
    const inner = changed(tree[Number(key)], rest, value)
    return tree.flatMap((item: unknown, index) =>
      index !== Number(key) ? [item] : inner === undefined ? [] : [inner],
    )
  }
  if (typeof tree !== 'object' || tree === null) return tree
  const inner = changed(Reflect.get(tree, key), rest, value)
  const others = Object.entries(tree).filter(([name]) => name !== key)
  if (inner === undefined) return Object.fromEntries(others)
  // A key that was there keeps its place.
  return Object.hasOwn(tree, key)
    ? Object.fromEntries(
        Object.entries(tree).map(([name, was]: [string, unknown]) => [name, name === key ? inner : was]),
      )
    : Object.fromEntries([...others, [key, inner]])
}

/** `escalate[1].after`, with the words of the file. */
export function placeInWords(path: Path): string {
  return path.reduce<string>((so, part) => {
    if (typeof part === 'number') return `${so}[${part}]`
    const word = part.replace(/Ms$/, '').replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    return so === '' ? word : `${so}.${word}`
  }, '')
}
