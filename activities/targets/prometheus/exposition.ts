/**
 * The Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), samples only. Strict,
 * as Prometheus is: one malformed line makes the whole answer worthless, because nothing tells what else is wrong.
 */

export interface Sample {
  name: string
  labels: ReadonlyMap<string, string>
  value: number
  /** Milliseconds since the epoch, where the exporter states a time. */
  timestampMs?: number
}

/** A line that is not of the format; `line` counts from 1. */
export class ExpositionSyntaxError extends Error {
  readonly line: number

  constructor(line: number, expected: string) {
    super(`line ${line}: expected ${expected}`)
    this.name = 'ExpositionSyntaxError'
    this.line = line
  }
}

/** All samples of an answer in its order; HELP, TYPE and other comments are skipped. Throws ExpositionSyntaxError. */
export function parseExposition(text: string): Sample[] {
  const samples: Sample[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const content = trimmed(line)
    if (content !== '' && !content.startsWith('#')) samples.push(parseSample(content, index + 1))
  }
  return samples
}

// Sticky, so that each reads at the place where the one before stopped and nothing is searched for twice.
const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y
const blanks = /[ \t]*/y
const word = /[^ \t]+/y

function parseSample(line: string, lineNumber: number): Sample {
  let at = 0
  const read = (pattern: RegExp, expected: string): RegExpExecArray => {
    pattern.lastIndex = at
    const found = pattern.exec(line)
    if (found === null) throw new ExpositionSyntaxError(lineNumber, expected)
    at = pattern.lastIndex
    return found
  }
  const skips = (character: string): boolean => {
    read(blanks, 'blanks')
    if (line[at] !== character) return false
    at += 1
    return true
  }

  const [name] = read(metricName, 'a metric name')
  const labels = new Map<string, string>()
  if (skips('{')) {
    while (!skips('}')) {
      const [label] = read(labelName, 'a label name or }')
      if (labels.has(label)) throw new ExpositionSyntaxError(lineNumber, 'each label once')
      if (!skips('=')) throw new ExpositionSyntaxError(lineNumber, '= after a label name')
      read(blanks, 'blanks')
      const end = endOfLabelValue(line, at)
      if (end === undefined) throw new ExpositionSyntaxError(lineNumber, 'a quoted label value')
      labels.set(label, unescaped(line.slice(at + 1, end)))
      at = end + 1
      if (!skips(',') && line[at] !== '}') throw new ExpositionSyntaxError(lineNumber, ', or } after a label')
    }
  } else if (!isBlank(line[at - 1])) {
    throw new ExpositionSyntaxError(lineNumber, 'a blank after the metric name')
  }
  read(blanks, 'blanks')
  const value = numberOf(read(word, 'a value')[0], lineNumber)
  read(blanks, 'blanks')
  if (at === line.length) return { name, labels, value }
  const timestampMs = timestampOf(line.slice(at), lineNumber)
  return { name, labels, value, timestampMs }
}

// By hand, here and below: on a hostile line of a megabyte a regular expression for the same takes minutes (blanks before
// the end, tried from each of them) or runs out of stack (an alternative for each escape).
function trimmed(line: string): string {
  let start = 0
  let end = line.length
  while (start < end && isBlank(line[start])) start += 1
  while (end > start && (isBlank(line[end - 1]) || line[end - 1] === '\r')) end -= 1
  return line.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** The place of the closing quote of the label value that opens at `start`. */
function endOfLabelValue(line: string, start: number): number | undefined {
  if (line[start] !== '"') return undefined
  let at = start + 1
  while (at < line.length && line[at] !== '"') {
    if (line[at] !== '\\') at += 1
    else if ('\\"n'.includes(line[at + 1] ?? ' ')) at += 2
    else return undefined
  }
  return at < line.length ? at : undefined
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const infinite = /^([+-]?)inf(?:inity)?$/i

// What Go's ParseFloat takes, without its hexadecimal floats and underscores, which no client library writes.
function numberOf(text: string, lineNumber: number): number {
  if (decimal.test(text)) return Number(text)
  if (/^[+-]?nan$/i.test(text)) return NaN
  const sign = infinite.exec(text)?.[1]
  if (sign === undefined) throw new ExpositionSyntaxError(lineNumber, 'a number')
  return sign === '-' ? -Infinity : Infinity
}

function timestampOf(text: string, lineNumber: number): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new ExpositionSyntaxError(lineNumber, 'a time in whole milliseconds, or the end of the line')
  return Number(text)
}
