/** Where in the text the parts of a YAML document were written. */
import { isAlias, isMap, isPair, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml'
import type { Finding, Path } from './fault.ts'

/** The offset a finding points at; for a path that does not exist, that of the deepest part that does. */
export function offsetOfFinding(document: Document, text: string, finding: Finding): number {
  const { node, pair, isComplete } = walk(document, finding.path)
  const keyOffset = (pair?.key as Node | undefined)?.range?.[0]
  const valueOffset = node?.range?.[0]
  const isEmpty = isScalar(node) && node.value === null
  if (finding.at === 'key' || !isComplete || isEmpty) return keyOffset ?? valueOffset ?? 0
  const inside = finding.offset === undefined ? 0 : offsetInside(text, node, finding.offset)
  return (valueOffset ?? keyOffset ?? 0) + inside
}

/** Where the value at a path begins and ends, the end exclusive. */
export function rangeOf(document: Document, path: Path): { start: number; end: number } | undefined {
  const { node, isComplete } = walk(document, path)
  if (!isComplete || !node?.range) return undefined
  const [start, end] = node.range
  return { start, end }
}

/** A text that was written as it is read has each of its characters in the file; folded and escaped ones do not. */
function offsetInside(text: string, node: Node | undefined, offset: number): number {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return 0
  const start = node.range[0]
  const quote = text[start] === '"' || text[start] === "'" ? 1 : 0
  return text.startsWith(node.value, start + quote) ? quote + offset : 0
}

interface Place {
  node?: Node | undefined
  pair?: Pair | undefined
  isComplete: boolean
}

function walk(document: Document, path: Path): Place {
  let place: Place = { node: document.contents ?? undefined, isComplete: true }
  for (const part of path) {
    const child = childOf(isAlias(place.node) ? place.node.resolve(document) : place.node, part)
    if (child === undefined) return { ...place, isComplete: false }
    // An item of a list has no key; a fault in it points at the item itself.
    place = isPair(child)
      ? { node: (child.value ?? child.key) as Node, pair: child, isComplete: true }
      : { node: child, isComplete: true }
  }
  return place
}

function childOf(parent: Node | undefined, part: string | number): Pair | Node | undefined {
  if (isSeq<Node>(parent)) return parent.items[Number(part)]
  if (!isMap(parent)) return undefined
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
}
