/** YAML text to a plain value that still knows where each part was written. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
} from 'yaml'
import { limits } from '../contracts/limits.ts'
import type { Fault, Finding, Path } from './fault.ts'

export type { Fault } from './fault.ts'

export interface YamlSource {
  value: unknown
  /** Gives a finding its line and column; a path that does not exist points at the deepest part that does. */
  locate: (finding: Finding) => Fault
  /** The first and last line of the value at a path. */
  linesOf: (path: Path) => { first: number; last: number } | undefined
}

interface Parsed {
  document: Document
  lines: LineCounter
  text: string
  file: string
}

/** Parses one document of the YAML core schema: no merge keys, no tags, no repeated keys, hardly any aliases. */
export function parseYamlSource(text: string, file: string): { source: YamlSource } | { faults: Fault[] } {
  const fault = (line: number, column: number, message: string): Fault => ({ file, line, column, message })
  if (new TextEncoder().encode(text).length > limits.runbookBytes) {
    return { faults: [fault(1, 1, `the file is larger than ${limits.runbookBytes / 1024} KiB`)] }
  }
  try {
    const lines = new LineCounter()
    // The library compares every key of a map with every other; collectionFaults does it with a set.
    const options = {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
    } as const
    const document = parseDocument(text, { ...options, lineCounter: lines })
    const parsed = { document, lines, text, file }
    const faults = [...syntaxFaults(parsed), ...collectionFaults(parsed)]
    if (faults.length > 0) return { faults }
    const value: unknown = document.toJS({ maxAliasCount: most.aliases })
    const problem = shapeProblem(value, [])
    if (problem !== undefined) return { faults: [fault(1, 1, problem)] }
    return {
      source: { value, locate: finding => locate(parsed, finding), linesOf: path => linesOf(parsed, path) },
    }
  } catch (error) {
    // RangeError: nested deeper than the stack; ReferenceError: the alias limit of toJS.
    if (error instanceof RangeError) return { faults: [fault(1, 1, tooDeep)] }
    if (error instanceof ReferenceError)
      return { faults: [fault(1, 1, `the file uses more than ${most.aliases} aliases`)] }
    throw error
  }
}

/** Far above what people write, far below what costs a second. */
const most = { aliases: 10, depth: 50, entries: 1_000 }
const tooDeep = `the file is nested more than ${most.depth} deep`

/** An alias inside its own anchor makes a value without an end. */
function shapeProblem(value: unknown, above: readonly object[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (above.includes(value)) return 'an alias stands inside what it repeats'
  if (above.length >= most.depth) return tooDeep
  const inside = [...above, value]
  for (const item of Object.values(value)) {
    const problem = shapeProblem(item, inside)
    if (problem !== undefined) return problem
  }
  return undefined
}

function syntaxFaults({ document, lines, file }: Parsed): Fault[] {
  return [...document.errors, ...document.warnings].map(({ pos, code, message }) => {
    const { line, col } = lines.linePos(pos[0])
    return { file, line: line || 1, column: col || 1, message: syntaxMessage(code, message) }
  })
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS')
    return 'the file holds more than one document; `---` may stand only at its top'
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (`!...`) are not allowed'
  // Some messages quote the source behind a colon, and the source may be a credential.
  return `not valid YAML: ${message.replace(/:? ".*$/s, '').replace(/^./, first => first.toLowerCase())}`
}

/** Keys that are repeated, that are no plain words or would reach an object's prototype; collections without measure. */
function collectionFaults({ document, lines, file }: Parsed): Fault[] {
  const faults: Fault[] = []
  const report = (node: unknown, otherwise: Node, message: string): void => {
    const offset = (isNode(node) ? node : otherwise).range?.[0] ?? 0
    const { line, col } = lines.linePos(offset)
    faults.push({ file, line, column: col, message })
  }
  visit(document, {
    Collection(_, collection) {
      if (collection.items.length <= most.entries) return undefined
      report(collection, collection, `a list or mapping may have at most ${most.entries} entries`)
      return visit.SKIP
    },
    Map(_, map) {
      if (map.items.length > most.entries) return visit.SKIP
      const seen = new Set<string>()
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined
        const problem = keyProblem(name, seen)
        if (name !== undefined) seen.add(name)
        if (problem !== undefined) report(key, map, problem)
      }
      return undefined
    },
  })
  return faults
}

function keyProblem(name: string | undefined, seen: ReadonlySet<string>): string | undefined {
  if (name === undefined) return 'a key must be a plain word'
  if (name === '__proto__') return '`__proto__` is not allowed as a key'
  return seen.has(name) ? `\`${name}\` is written twice` : undefined
}

function locate(parsed: Parsed, finding: Finding): Fault {
  const { node, pair, isComplete } = walk(parsed, finding.path)
  const keyOffset = (pair?.key as Node | undefined)?.range?.[0]
  const valueOffset = node?.range?.[0]
  const pointsAtKey = finding.at === 'key' || !isComplete || (isScalar(node) && node.value === null)
  const offset = (pointsAtKey ? (keyOffset ?? valueOffset) : (valueOffset ?? keyOffset)) ?? 0
  const inside =
    finding.offset === undefined || pointsAtKey ? 0 : offsetInside(parsed.text, node, finding.offset)
  const { line, col } = parsed.lines.linePos(offset + inside)
  const { message, hint } = finding
  return { file: parsed.file, line: line || 1, column: col || 1, message, ...(hint && { hint }) }
}

/** A text that was written as it is read has each of its characters in the file; folded and escaped ones do not. */
function offsetInside(text: string, node: Node | undefined, offset: number): number {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return 0
  const start = node.range[0]
  const quote = text[start] === '"' || text[start] === "'" ? 1 : 0
  return text.startsWith(node.value, start + quote) ? quote + offset : 0
}

function linesOf(parsed: Parsed, path: Path): { first: number; last: number } | undefined {
  const { node, isComplete } = walk(parsed, path)
  if (!isComplete || !node?.range) return undefined
  const [start, end] = node.range
  return {
    first: parsed.lines.linePos(start).line,
    last: parsed.lines.linePos(Math.max(start, end - 1)).line,
  }
}

function walk({ document }: Parsed, path: Path): { node?: Node; pair?: Pair; isComplete: boolean } {
  let node: Node | undefined = document.contents ?? undefined
  let pair: Pair | undefined
  for (const part of path) {
    const parent: unknown = isAlias(node) ? node.resolve(document) : node
    let child: unknown
    if (isMap(parent))
      child = parent.items.find(item => isScalar(item.key) && String(item.key.value) === String(part))
    else if (isSeq(parent)) child = parent.items[Number(part)]
    if (child === undefined) return { ...(node && { node }), ...(pair && { pair }), isComplete: false }
    // An item of a list has no key; a fault in it points at the item itself.
    pair = isPair(child) ? child : undefined
    node = (isPair(child) ? (child.value ?? child.key) : child) as Node
  }
  return { ...(node && { node }), ...(pair && { pair }), isComplete: true }
}
