/** YAML text to a plain value that still knows where each part was written. */
import { parseDocument } from 'yaml'
import { limits } from '../contracts/limits.ts'
import type { CodedFinding, Fault, FaultCode, Path } from './fault.ts'
import { createLinePositions } from './line-positions.ts'
import { offsetOfFinding, rangeOf } from './yaml-positions.ts'
import {
  collectionProblems,
  isNestedTooDeeply,
  most,
  syntaxProblems,
  tooDeep,
  valueProblem,
} from './yaml-rules.ts'

export interface YamlSource {
  value: unknown
  /** Gives a finding its line and column. */
  locate: (finding: CodedFinding) => Fault
  /** The first and last line of the value at a path. */
  linesOf: (path: Path) => { first: number; last: number } | undefined
}

const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
} as const

/**
 * Parses one document of the YAML core schema: no merge keys, no tags, no repeated keys, hardly any aliases. Never
 * throws because of what the text says.
 */
export function parseYamlSource(text: string, file: string): { source: YamlSource } | { faults: Fault[] } {
  const refused = (message: string) => ({
    faults: [{ file, line: 1, column: 1, code: 'yaml' as const, message }],
  })
  const bytes = new TextEncoder().encode(text).length
  if (bytes > limits.runbookBytes) return refused(`the file is larger than ${limits.runbookBytes / 1024} KiB`)
  if (isNestedTooDeeply(text)) return refused(tooDeep)
  try {
    return parse(text, file)
  } catch (error) {
    // RangeError: nested deeper than the stack; ReferenceError: the alias limit of toJS.
    if (error instanceof RangeError) return refused(tooDeep)
    if (error instanceof ReferenceError) return refused(`the file uses more than ${most.aliases} aliases`)
    throw error
  }
}

function parse(text: string, file: string): { source: YamlSource } | { faults: Fault[] } {
  const document = parseDocument(text, options)
  const positionOf = createLinePositions(text)
  const faultAt = (offset: number, code: FaultCode, message: string, hint?: string): Fault => {
    return { file, ...positionOf(offset), code, message, ...(hint && { hint }) }
  }

  const problems = [...syntaxProblems(document), ...collectionProblems(document)]
  if (problems.length > 0)
    return { faults: problems.map(({ offset, message }) => faultAt(offset, 'yaml', message)) }
  // The library counts the anchor as well.
  const value: unknown = document.toJS({ maxAliasCount: most.aliases + 1 })
  const problem = valueProblem(value)
  if (problem !== undefined) return { faults: [faultAt(0, 'yaml', problem)] }

  const locate = (finding: CodedFinding): Fault =>
    faultAt(offsetOfFinding(document, text, finding), finding.code, finding.message, finding.hint)
  const linesOf = (path: Path): { first: number; last: number } | undefined => {
    const range = rangeOf(document, path)
    if (range === undefined) return undefined
    const last = Math.max(range.start, range.end - 1)
    return { first: positionOf(range.start).line, last: positionOf(last).line }
  }
  return { source: { value, locate, linesOf } }
}
