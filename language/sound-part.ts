/** What is left of a tree to look at once the parts that have no sound form are taken out of it. */
import type { Finding, Path } from './fault.ts'
import { entriesOf } from './tree.ts'

export interface SoundPart {
  tree: unknown
  /** Nothing at the path, around it or inside it was taken out. */
  isWhole(path: Path): boolean
}

/**
 * Takes out what findings point at: a key by itself, which is unknown or stands beside one that excludes it; of anything else the whole of
 * its `partOf`, so that lists keep their order.
 */
export function soundPart(
  tree: unknown,
  findings: readonly Finding[],
  partOf: (path: Path) => Path,
): SoundPart {
  const taken = findings.map(({ path, at }) => (at === 'key' ? path : partOf(path)))
  return {
    tree: without(tree, [], new Set(taken.map(path => JSON.stringify(path)))),
    isWhole: path => !taken.some(gone => begins(gone, path) || begins(path, gone)),
  }
}

function begins(path: Path, whole: Path): boolean {
  return path.every((part, index) => whole[index] === part)
}

function without(tree: unknown, path: Path, taken: ReadonlySet<string>): unknown {
  if (Array.isArray(tree)) return tree.map((item, index) => without(item, [...path, index], taken))
  if (typeof tree !== 'object' || tree === null) return tree
  const left = entriesOf(tree).flatMap(([key, value]) => {
    const at = [...path, key]
    return taken.has(JSON.stringify(at)) ? [] : [[key, without(value, at, taken)] as const]
  })
  return Object.fromEntries(left)
}
