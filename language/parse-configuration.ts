import { z } from 'zod'
import { configurationSchema, type OwnConfiguration } from '../contracts/configuration.ts'
import { targetPlace } from '../contracts/configuration/targets.ts'
import { partFor } from './configuration-part.ts'
import { coded, inReadingOrder, type CodedFinding, type Fault } from './fault.ts'
import { lintNames } from './lint-names.ts'
import { lintSecrets, lintSharedTokens, lintVariableNames } from './lint-secrets.ts'
import { lintSites } from './lint-sites.ts'
import { locateFindings } from './locate-findings.ts'
import type { Resolve } from './references.ts'
import { resolveReferences } from './resolve-references.ts'
import { schemaFindings } from './schema-findings.ts'
import { valueAt } from './tree.ts'
import { parseYamlSource } from './yaml-source.ts'

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
  const issues = checked.success
    ? []
    : coded('shape', schemaFindings(checked.error.issues, configurationSchema, tree))
  const shape = issues.filter(({ path }) => !part.isUnknown(path))
  const literals = coded('secret', lintSecrets(tree))
  const names = [
    ...coded('name', [...lintVariableNames(tree), ...lintNames(tree)]),
    ...coded('site', lintSites(tree)),
    ...coded('secret', lintSharedTokens(resolved)),
  ]
  const reasons = [...coded('reference', findings), ...literals, ...names]
  const found = withoutEchoes(reasons, shape)
  // A mistyped `token` holds a credential too.
  const unknownKeys = found.filter(finding => finding.at === 'key')
  const faults = locateFindings(yaml.source, found, [...literals, ...unknownKeys])
  if (faults.length > 0) return { faults }
  const places = z.array(targetPlace).parse(valueAt(resolved, ['targets']) ?? [])
  return { configuration: { ...configurationSchema.parse(part.of(resolved)), places } }
}

/** What the schema says about a value that is wrong already for a better reason helps nobody. */
function withoutEchoes(reasons: readonly CodedFinding[], shape: readonly CodedFinding[]): CodedFinding[] {
  const explained = new Set(reasons.map(({ path }) => JSON.stringify(path)))
  return [...reasons, ...shape.filter(({ path }) => !explained.has(JSON.stringify(path)))]
}
