import { hashOf } from '../contracts/canonical-json.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { inReadingOrder, type Fault, type Finding } from './fault.ts'
import { lintRunbook } from './lint-runbook.ts'
import { normaliseRunbook } from './normalise-runbook.ts'
import { runbookSource } from './runbook-source.ts'
import { schemaFindings } from './schema-findings.ts'
import { parseYamlSource } from './yaml-source.ts'

export type ParsedRunbook =
  | {
      runbook: Runbook
      hash: string
      /** Where in the file a finding about it is. */
      locate: (finding: Finding) => Fault
    }
  | { faults: Fault[] }

/**
 * Parses, checks and normalises a runbook, and gives its identity. Reports every fault at once, in the order a reader
 * meets them; never throws because of what the text says.
 */
export function parseRunbook(text: string, file: string): ParsedRunbook {
  const yaml = parseYamlSource(text, file)
  if ('faults' in yaml) return { faults: inReadingOrder(yaml.faults) }
  const { value: tree, locate } = yaml.source
  const checked = runbookSource.safeParse(tree)
  const shape = checked.success ? [] : schemaFindings(checked.error.issues, runbookSource, tree)
  const faults = inReadingOrder([...shape, ...lintRunbook(tree)].map(locate))
  if (!checked.success || faults.length > 0) return { faults }
  const runbook = normaliseRunbook(checked.data)
  return { runbook, hash: hashOf(runbook), locate }
}
