import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { writtenPath } from './drill-places.ts'
import { drillSource } from './drill-source.ts'
import { coded, inReadingOrder, type Fault, type Finding, type Path } from './fault.ts'
import { lintDrillForms } from './lint-drill-forms.ts'
import { parametersIn } from './lint-drill.ts'
import { lintRunbookSecrets } from './lint-runbook-secrets.ts'
import { locateFindings } from './locate-findings.ts'
import { normaliseDrills } from './normalise-drill.ts'
import { schemaFindings } from './schema-findings.ts'
import { parseYamlSource } from './yaml-source.ts'

export type ParsedDrills =
  | {
      drills: Drill[]
      /** Name of the runbook that they rehearse. */
      runbook: string
      lineOf: LineOf
      /** What may be a mistake. */
      warnings: Fault[]
    }
  | { faults: Fault[] }

/**
 * Where a part of a drill was written, lines and columns from 1: in the drill, or in what holds in all of them. `path` is that of
 * contracts/drill.ts, `['expect', 'pages', 1]` for one; of what is written nowhere, the nearest thing around it is told.
 */
export type LineOf = (drill: string, path: Path) => { line: number; column: number }

/** By its name below a folder: drills lie beside the runbooks they rehearse. */
export function isDrillFile(name: string): boolean {
  return /\.drill\.ya?ml$/.test(name) && !/(^|[\\/])\./.test(name)
}

/**
 * Parses, checks and normalises a file of drills. Reports every fault at once, in the order a reader meets them; never throws because of
 * what the text says. With the runbook they are held against it as well, and durations among the parameters of an effect are read.
 */
export function parseDrills(text: string, file: string, runbook?: Runbook): ParsedDrills {
  const yaml = parseYamlSource(text, file)
  if ('faults' in yaml) return { faults: inReadingOrder(yaml.faults) }
  const tree = yaml.source.value
  const checked = drillSource.safeParse(tree)
  const ofSchema = checked.success ? [] : schemaFindings(checked.error.issues, drillSource, tree)
  const shape = coded('shape', [...ofSchema, ...withoutEchoes(lintDrillForms(tree), ofSchema)])
  const secrets = coded('secret', lintRunbookSecrets(tree))
  const faults = locateFindings(yaml.source, [...shape, ...secrets], secrets)
  if (!checked.success || faults.length > 0) return { faults }
  const drills = normaliseDrills(checked.data, runbook && parametersIn(runbook))
  const lineOf: LineOf = (drill, path) => {
    const at = { path: writtenPath(tree, drill, path), code: 'shape', message: '' } as const
    const { line, column } = yaml.source.locate(at)
    return { line, column }
  }
  return { drills, runbook: checked.data.runbook, lineOf, warnings: [] }
}

/** Where a key is unknown, what was meant is missing as well, which helps nobody. */
function withoutEchoes(forms: readonly Finding[], ofSchema: readonly Finding[]): Finding[] {
  const withUnknownKeys = new Set(
    ofSchema.filter(({ at }) => at === 'key').map(({ path }) => JSON.stringify(path.slice(0, -1))),
  )
  return forms.filter(({ path }) => !withUnknownKeys.has(JSON.stringify(path)))
}
