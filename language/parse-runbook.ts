import { hashOf } from '../contracts/canonical-json.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Configured } from './configured.ts'
import { coded, type CodedFinding, inReadingOrder, type Fault } from './fault.ts'
import { lintConfigured } from './lint-configured.ts'
import { lintRunbookSecrets } from './lint-runbook-secrets.ts'
import { lintRunbook } from './lint-runbook.ts'
import { locateFindings } from './locate-findings.ts'
import { normaliseRunbook } from './normalise-runbook.ts'
import { runbookSource } from './runbook-source.ts'
import { schemaFindings } from './schema-findings.ts'
import { parseYamlSource } from './yaml-source.ts'

export type ParsedRunbook =
  | {
      runbook: Runbook
      hash: string
      /** Where in the file a finding about it is. */
      locate: (finding: CodedFinding) => Fault
    }
  | { faults: Fault[] }

/** By its name; drills lie beside the runbooks they rehearse. */
export function isRunbookFile(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.drill\.ya?ml$/.test(name)
}

/**
 * Parses, checks and normalises a runbook, and gives its identity. Reports every fault at once, in the order a reader
 * meets them; never throws because of what the text says. With what is configured, the names of people and targets are held
 * against it as well; the runbook and its hash do not depend on that.
 */
export function parseRunbook(text: string, file: string, configured?: Configured): ParsedRunbook {
  const yaml = parseYamlSource(text, file)
  if ('faults' in yaml) return { faults: inReadingOrder(yaml.faults) }
  const tree = yaml.source.value
  const checked = runbookSource.safeParse(tree)
  const shape = checked.success
    ? []
    : coded('shape', schemaFindings(checked.error.issues, runbookSource, tree))
  const secrets = coded('secret', lintRunbookSecrets(tree))
  const ofPlace = configured === undefined ? [] : coded('configuration', lintConfigured(tree, configured))
  const faults = locateFindings(
    yaml.source,
    [...shape, ...lintRunbook(tree), ...ofPlace, ...secrets],
    secrets,
  )
  if (!checked.success || faults.length > 0) return { faults }
  const runbook = normaliseRunbook(checked.data)
  return { runbook, hash: hashOf(runbook), locate: yaml.source.locate }
}
