import { hashOf } from '../contracts/canonical-json.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { Configured } from './configured.ts'
import { coded, type CodedFinding, inReadingOrder, type Fault } from './fault.ts'
import { createLinePositions } from './line-positions.ts'
import { lintConfigured } from './lint-configured.ts'
import { lintRunbookSecrets } from './lint-runbook-secrets.ts'
import { lintRunbook } from './lint-runbook.ts'
import { conditionsIn } from './lint-conditions.ts'
import { locateFindings } from './locate-findings.ts'
import { normaliseRunbook } from './normalise-runbook.ts'
import { leastWritten, runbookSource } from './runbook-source.ts'
import { schemaFindings } from './schema-findings.ts'
import { valueAt } from './tree.ts'
import { warnOfFunctions } from './warn-functions.ts'
import { warnOfLabels, warnOfSystem } from './warn-labels.ts'
import { parseYamlSource } from './yaml-source.ts'

export type ParsedRunbook =
  | {
      runbook: Runbook
      hash: string
      /** Where in the file a finding about it is. */
      locate: (finding: CodedFinding) => Fault
      /** What may be a mistake. */
      warnings: Fault[]
    }
  | { faults: Fault[] }

/**
 * By its name below a folder. Drills lie beside the runbooks they rehearse, and what is hidden is another program's: a ConfigMap that
 * Kubernetes mounts keeps each file once more in a folder that begins with two dots.
 */
export function isRunbookFile(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.drill\.ya?ml$/.test(name) && !/(^|[\\/])\./.test(name)
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
    : coded('shape', schemaFindings(checked.error.issues, runbookSource, tree, leastWritten))
  const secrets = coded('secret', lintRunbookSecrets(tree))
  const ofPlace = configured === undefined ? [] : coded('configuration', lintConfigured(tree, configured))
  const faults = locateFindings(
    yaml.source,
    [...shape, ...lintRunbook(tree), ...ofPlace, ...secrets],
    secrets,
  )
  if (!checked.success || faults.length > 0) return { faults }
  const comments = nulInComments(text, file)
  if (comments.length > 0) return { faults: comments }
  const runbook = normaliseRunbook(checked.data)
  const warnings = locateFindings(yaml.source, warningsOf(tree, configured), []).map((fault): Fault => ({
    ...fault,
    isWarning: true,
  }))
  return { runbook, hash: hashOf(runbook), locate: yaml.source.locate, warnings }
}

/** Of a runbook without a fault. */
function warningsOf(tree: unknown, configured: Configured | undefined): CodedFinding[] {
  const ofPlace =
    configured === undefined
      ? []
      : [...warnOfSystem(valueAt(tree, ['match']), configured), ...warnOfFunctions(tree, configured)]
  return [
    ...coded('label', warnOfLabels(tree, conditionsIn(tree), configured)),
    ...coded('configuration', ofPlace),
  ]
}

/** The text is kept as well, and PostgreSQL has no NUL in it. Elsewhere the value that holds it is told. */
function nulInComments(text: string, file: string): Fault[] {
  const offset = text.indexOf('\0')
  if (offset === -1) return []
  const message = 'a comment holds a NUL, which cannot be kept'
  return [{ file, ...createLinePositions(text)(offset), code: 'yaml', message }]
}
