/** An alert that a runbook is for. */
import { formatDuration } from '../contracts/duration.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { RunbookInput } from '../contracts/runbook-input.ts'
import { compile } from '../language/condition-language.ts'
import { alertVariables, evaluateMatch } from '../language/conditions.ts'
import { readCondition } from './read-condition.ts'
import { solve, type Value } from './solve.ts'

export interface DrillAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
}

/**
 * Has what `match` asks for and no more, and a value for each input that has no default. A routine and the default runbook ask for
 * nothing.
 */
export function alertFor(runbook: Runbook): DrillAlert | { because: string } {
  const matching = matchingAlert(runbook)
  if ('because' in matching) return matching
  const alert = { labels: { ...matching.labels }, annotations: { ...matching.annotations } }
  for (const input of runbook.inputs ?? []) {
    const { from } = input
    if (from === undefined || input.default !== undefined) continue
    alert[from.of][from.name] ??= textFor(input)
  }
  return alert
}

function matchingAlert(runbook: Runbook): DrillAlert | { because: string } {
  const { match } = runbook
  if (match === undefined) return { labels: {}, annotations: {} }
  const compiled = compile(match, alertVariables)
  const read = 'problem' in compiled ? { paths: [], comparisons: [] } : readCondition(compiled.ast)
  const names = read.paths.filter(path => placeOf(path) !== undefined)
  const spokenOf = (name: string): Value[] => [
    ...read.comparisons
      .filter(({ paths }) => paths.includes(name))
      .flatMap(({ literals }) => literals.map(String)),
    undefined,
    'something',
  ]
  const isMet = (values: ReadonlyMap<string, Value>): boolean => evaluateMatch(runbook, alertOf(values))
  const found = solve([{ names, isMet }], spokenOf)
  if (found === undefined || found === 'too-many')
    return { because: `no alert could be found that meets \`${match}\`: give the drill its \`alert\`` }
  return alertOf(withoutNeedless(found, isMet))
}

/** Of `a || b` one is enough. */
function withoutNeedless(
  values: ReadonlyMap<string, Value>,
  isMet: (values: ReadonlyMap<string, Value>) => boolean,
): ReadonlyMap<string, Value> {
  return [...values.keys()].toReversed().reduce((so, name) => {
    const without = new Map(so).set(name, undefined)
    return isMet(without) ? without : so
  }, values)
}

function alertOf(values: ReadonlyMap<string, Value>): DrillAlert {
  const alert: DrillAlert = { labels: {}, annotations: {} }
  for (const [path, value] of values) {
    const place = placeOf(path)
    if (place !== undefined && value !== undefined) alert[place.of][place.name] = String(value)
  }
  return alert
}

/** `alert.labels.job`, `alert.labels["a b"]`. */
function placeOf(path: string): { of: 'labels' | 'annotations'; name: string } | undefined {
  const [, of, plain, quoted] = /^alert\.(labels|annotations)(?:\.(\w+)|\[(".*")\])$/s.exec(path) ?? []
  if (of !== 'labels' && of !== 'annotations') return undefined
  if (plain !== undefined) return { of, name: plain }
  const name: unknown = JSON.parse(quoted ?? '""')
  return typeof name === 'string' ? { of, name } : undefined
}

/** Any text that the input takes. */
function textFor({ type, min, max, oneOf }: RunbookInput): string {
  switch (type) {
    case 'int':
    case 'double':
      return String(min ?? Math.min(1, max ?? 1))
    case 'duration':
      return formatDuration(min ?? Math.min(60_000, max ?? 60_000))
    case 'bool':
      return 'true'
    case 'string':
      return oneOf?.[0] ?? 'drill'.padEnd(min ?? 1, 'x').slice(0, max)
    default:
      return type satisfies never
  }
}
