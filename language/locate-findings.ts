import { inReadingOrder, type CodedFinding, type Fault, type Finding } from './fault.ts'
import type { YamlSource } from './yaml-source.ts'

/** Gives findings their places, in reading order, and marks those on a line that nobody may print: one of `secrets` stands on it. */
export function locateFindings(
  source: YamlSource,
  findings: readonly CodedFinding[],
  secrets: readonly Finding[],
): Fault[] {
  const secretLines = secrets.flatMap(({ path }) => source.linesOf(path) ?? [])
  const faults = findings.map((finding): Fault => {
    const fault = source.locate(finding)
    const isLineSecret = secretLines.some(({ first, last }) => fault.line >= first && fault.line <= last)
    return isLineSecret ? { ...fault, isLineSecret } : fault
  })
  return inReadingOrder(faults)
}
