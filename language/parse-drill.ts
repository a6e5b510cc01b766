import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { writtenPath } from './drill-places.ts'
import { drillSource } from './drill-source.ts'
import { coded, type CodedFinding, inReadingOrder, type Fault, type Finding, type Path } from './fault.ts'
import { lintDrillForms } from './lint-drill-forms.ts'
import { parametersIn } from './lint-drill.ts'
import { lintDrills, warnOfDrills } from './lint-drills.ts'
import { lintRunbookSecrets } from './lint-runbook-secrets.ts'
import { locateFindings } from './locate-findings.ts'
import { normaliseDrills } from './normalise-drill.ts'
import { schemaFindings } from './schema-findings.ts'
import { soundPart } from './sound-part.ts'
import { entriesOf, valueAt } from './tree.ts'
import { parseYamlSource } from './yaml-source.ts'

export type ParsedDrills =
  | {
      drills: Drill[]
      /** Name of the runbook that they rehearse. */
      runbook: string
      /** Why a change of the runbook need not be noticed, by its id. */
      survivors: Record<string, string>
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
 * what the text says. With the runbook they are held against it as well, and durations among the parameters of an effect are read. While it
 * is recorded drills may be without `expect`: what happens is about to be written there.
 */
export function parseDrills(
  text: string,
  file: string,
  runbook?: Runbook,
  isRecording = false,
): ParsedDrills {
  const yaml = parseYamlSource(text, file)
  if ('faults' in yaml) return { faults: inReadingOrder(yaml.faults) }
  const tree = isRecording ? withExpectations(yaml.source.value) : yaml.source.value
  const checked = drillSource.safeParse(tree)
  const ofSchema = checked.success ? [] : schemaFindings(checked.error.issues, drillSource, tree)
  const forms = [...ofSchema, ...withoutEchoes(lintDrillForms(tree), ofSchema)]
  const secrets = coded('secret', lintRunbookSecrets(tree, 'drill'))
  const against = runbook === undefined ? [] : lintSound(tree, forms, runbook)
  const faults = locateFindings(yaml.source, [...coded('shape', forms), ...against, ...secrets], secrets)
  if (!checked.success || faults.length > 0) return { faults }
  const drills = normaliseDrills(checked.data, runbook && parametersIn(runbook))
  const warned = runbook === undefined ? [] : warnOfDrills(tree, drills, runbook)
  const warnings = locateFindings(yaml.source, warned, []).map((fault): Fault => ({
    ...fault,
    isWarning: true,
  }))
  const lineOf: LineOf = (drill, path) => {
    const at = { path: writtenPath(tree, drill, path), code: 'shape', message: '' } as const
    const { line, column } = yaml.source.locate(at)
    return { line, column }
  }
  const { runbook: name, survivors } = checked.data
  return { drills, runbook: name, survivors, lineOf, warnings }
}

/** The tree as if the drill expected nothing, where it says nothing of it. */
function withExpectations(tree: unknown): unknown {
  const drills = entriesOf(valueAt(tree, ['drills'])).map(([name, drill]) => {
    const isDrill = drill === null || (typeof drill === 'object' && !Array.isArray(drill))
    return [name, isDrill ? { expect: {}, ...drill } : drill] as const
  })
  if (drills.length === 0) return tree
  return { ...Object.fromEntries(entriesOf(tree)), drills: Object.fromEntries(drills) }
}

/** Where a key is unknown, what was meant is missing as well, which helps nobody. */
function withoutEchoes(forms: readonly Finding[], ofSchema: readonly Finding[]): Finding[] {
  const withUnknownKeys = new Set(
    ofSchema.filter(({ at }) => at === 'key').map(({ path }) => JSON.stringify(path.slice(0, -1))),
  )
  return forms.filter(({ path }) => !withUnknownKeys.has(JSON.stringify(path)))
}

/** What has no sound form has been told; the rest is held against the runbook all the same. */
function lintSound(tree: unknown, forms: readonly Finding[], runbook: Runbook): CodedFinding[] {
  const sound = soundPart(tree, forms, partOf)
  const { runbook: name } = Object.fromEntries(entriesOf(sound.tree))
  const source = drillSource.safeParse({
    ...Object.fromEntries(entriesOf(sound.tree)),
    apiVersion: 'paramedic/v1',
    kind: 'Drill',
    runbook: name ?? runbook.name,
  })
  if (!source.success) return []
  const drills = normaliseDrills(source.data, parametersIn(runbook))
  const isAlertWhole = [[], ...drills.map(drill => ['drills', drill.name])].every(place =>
    sound.isWhole([...place, 'given', 'alert']),
  )
  return lintDrills(tree, drills, runbook).filter(({ code }) => isAlertWhole || code !== 'match')
}

/** The largest part in which one mistake makes the others unreadable. */
function partOf(path: Path): Path {
  const [first, , section] = path
  if (first === 'given' || first === 'expect') return path.slice(0, 2)
  return path.slice(0, first === 'drills' && section !== 'events' ? 4 : 3)
}
