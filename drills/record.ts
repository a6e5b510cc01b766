/** What came of a drill, written as what is expected of it from now on: for a person to read and to correct. */
import { isMap, isPair, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'
import type { Runbook } from '../contracts/runbook.ts'
import { expectationLines } from './expectation-lines.ts'
import type { Happened } from './happened.ts'

/**
 * The file with what came of one of its drills as `expect`; everything else in it stays as it is. `problem` says why it cannot be
 * written there.
 */
export function withRecorded(
  text: string,
  drill: string,
  runbook: Runbook,
  happened: Happened,
): { text: string } | { problem: string } {
  const place = placeFor(text, drill)
  if ('problem' in place) return place
  const { at, indent, without = [at, at] } = place
  const before = text.slice(0, without[0]) + text.slice(without[1], at)
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = expectationLines(runbook, happened).map(line => `${' '.repeat(indent)}${line}${newline}`)
  const ending = before.endsWith('\n') ? '' : newline
  return { text: `${before}${ending}${lines.join('')}${text.slice(at)}` }
}

/** Whether a drill of the file says itself what it expects. */
export function hasExpectation(text: string, drill: string): boolean {
  const drills: unknown = parseDocument(text).get('drills')
  const pair = isMap(drills) ? pairOf(drills, drill) : undefined
  return isMap(pair?.value) && pairOf(pair.value, 'expect') !== undefined
}

/** Where it is put in, and what before it gives way: from, to. */
type Place = { at: number; indent: number; without?: [number, number] } | { problem: string }

function placeFor(text: string, drill: string): Place {
  const document = parseDocument(text)
  const drills: unknown = document.get('drills')
  const pair = isMap(drills) ? pairOf(drills, drill) : undefined
  if (pair === undefined) return { problem: `The file has no drill ${drill}.` }
  const { value } = pair
  const indent = columnOf(text, endOfKey(pair, 0)) + 2
  if (isEmpty(value)) {
    const colon = text.indexOf(':', endOfKey(pair, 1))
    const behind = Math.max(colon + 1, lastOf(pair))
    return { at: endOfLine(text, behind), indent, without: [colon + 1, behind] }
  }
  if (!isMap(value)) return { problem: `${drill} is no drill: it has no keys.` }
  if (value.flow === true)
    return { problem: `${drill} is written in braces. Write each of its keys on a line of its own.` }
  const expected = pairOf(value, 'expect')
  if (expected !== undefined && !isEmpty(expected.value))
    return { problem: `${drill} expects something already. Make it \`expect: {}\` to record it anew.` }
  const [first, last] = [value.items[0]!, value.items.at(-1)!]
  const at = endOfLine(text, lastOf(last))
  const keys = columnOf(text, endOfKey(first, 0))
  if (expected === undefined) return { at, indent: keys }
  const begins = endOfKey(expected, 0) - keys
  return { at, indent: keys, without: [begins, endOfLine(text, lastOf(expected))] }
}

function isEmpty(value: unknown): boolean {
  if (isMap(value)) return value.items.length === 0
  return value === null || (isScalar(value) && value.value === null)
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === key)
}

/** Where its key begins (0) or ends (1). */
function endOfKey({ key }: Pair, end: 0 | 1): number {
  return isScalar(key) ? (key.range?.[end] ?? 0) : 0
}

/** Where its value ends, or its key when there is none. */
function lastOf(pair: Pair): number {
  // Whatever parseDocument gives has ranges.
  const range = (pair.value as { range?: [number, number, number] | null } | null)?.range
  return range?.[1] ?? endOfKey(pair, 1)
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

/** Behind the newline that ends the line; a text of several lines ends behind its own. */
function endOfLine(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}
