import { z } from 'zod'
import { configurationSchema, type OwnConfiguration } from '../contracts/configuration.ts'
import { targetPlace } from '../contracts/configuration/targets.ts'
import { partFor } from './configuration-part.ts'
import { inReadingOrder, type Fault, type Finding } from './fault.ts'
import { lintNames } from './lint-names.ts'
import { lintSecrets, lintSharedTokens, lintVariableNames } from './lint-secrets.ts'
import { lintSites } from './lint-sites.ts'
import type { Resolve } from './references.ts'
import { resolveReferences } from './resolve-references.ts'
import { schemaFindings } from './schema-findings.ts'
import { valueAt } from './tree.ts'
import { parseYamlSource, type YamlSource } from './yaml-source.ts'

export type ParsedConfiguration = { configuration: OwnConfiguration } | { faults: Fault[] }

/**
 * Parses and checks `paramedic.yaml`, and gives the part of a process at `site`, with its references looked up by `resolve`. The
 * whole file is checked, as far as that can be done without the references of other parts. Reports every fault at once; no
 * fault quotes a resolved value, and lines that hold credentials are marked so that nobody prints them.
 */
export function parseConfiguration(
  text: string,
  file: string,
  resolve: Resolve,
  site?: string,
): ParsedConfiguration {
  const yaml = parseYamlSource(text, file)
  // Without a tree nobody knows which lines hold credentials.
  if ('faults' in yaml)
    return { faults: inReadingOrder(yaml.faults).map(fault => ({ ...fault, isLineSecret: true })) }
  const tree = yaml.source.value
  const part = partFor(tree, site)
  const { resolved, findings } = resolveReferences(tree, resolve, part.isRead)
  const checked = configurationSchema.safeParse(resolved)
  const issues = checked.success ? [] : schemaFindings(checked.error.issues, configurationSchema, tree)
  const shape = issues.filter(({ path }) => !part.isUnknown(path))
  const literals = lintSecrets(tree)
  const names = [
    ...lintVariableNames(tree),
    ...lintNames(tree),
    ...lintSites(tree),
    ...lintSharedTokens(resolved),
  ]
  const reasons = [...findings, ...literals, ...names]
  const faults = toFaults(yaml.source, withoutEchoes(reasons, shape), literals)
  if (faults.length > 0) return { faults }
  const places = z.array(targetPlace).parse(valueAt(resolved, ['targets']) ?? [])
  return { configuration: { ...configurationSchema.parse(part.of(resolved)), places } }
}

/** What the schema says about a value that is wrong already for a better reason helps nobody. */
function withoutEchoes(reasons: readonly Finding[], shape: readonly Finding[]): Finding[] {
  const explained = new Set(reasons.map(({ path }) => JSON.stringify(path)))
  return [...reasons, ...shape.filter(({ path }) => !explained.has(JSON.stringify(path)))]
}

/**
 * Marks the lines nobody may print: those with a literal credential, and those of unknown keys, because a mistyped
 * `token` holds one too.
 */
function toFaults(source: YamlSource, findings: readonly Finding[], literals: readonly Finding[]): Fault[] {
  const holders = [...literals, ...findings.filter(finding => finding.at === 'key')]
  const secretLines = holders.flatMap(({ path }) => source.linesOf(path) ?? [])
  const faults = findings.map((finding): Fault => {
    const fault = source.locate(finding)
    const isLineSecret = secretLines.some(({ first, last }) => fault.line >= first && fault.line <= last)
    return isLineSecret ? { ...fault, isLineSecret } : fault
  })
  return inReadingOrder(faults)
}
