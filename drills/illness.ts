/** Values that a drill can have the checks of a runbook measure: ill, well, and of each severity. */
import { roleOf, type Runbook } from '../contracts/runbook.ts'
import { isMoreSevere } from '../contracts/incident.ts'
import { compile } from '../language/condition-language.ts'
import { resolveInputs } from '../language/resolve-inputs.ts'
import { alertFor, type DrillAlert } from './alert-that-matches.ts'
import {
  type AskedCondition,
  conditionsOfStep,
  conditionsOfTriage,
  everyCondition,
  untilOfUndo,
  untilOfWhole,
} from './asked-conditions.ts'
import { candidatesFor, fieldsAt, fieldsOf, plausible, withInputsOf } from './candidates.ts'
import {
  assess,
  type FieldValue,
  type Given,
  judgeOf,
  type MeasuredValues,
  membersOf,
  scopeOf,
} from './judged-conditions.ts'
import { readCondition } from './read-condition.ts'
import { type Assignment, type Demand, solve } from './solve.ts'

export interface Illness extends Given {
  alert: DrillAlert
  /** Of the roles for which one target is too few. */
  targets: Record<string, string[]>
  sick: Solution
  well: Solution
}

export interface Solution {
  values: MeasuredValues
  /** What could not be had together with what was asked before it. */
  unmet: Unmet[]
}

export interface Unmet {
  path: AskedCondition['path']
  wanted: boolean
  because: string
}

/** What is asked of values: that a condition is true or false, the most important first. */
export interface Wish {
  condition: AskedCondition
  wanted: boolean
}

/** How many targets a group is tried with. */
const groupSizes = [1, 2, 3, 5] as const

/**
 * Ill: no proof of the whole or of a step holds, customers are affected, and as many steps as can be are taken. Well: every proof holds,
 * and nothing is worse than when it was ill. Undefined with a reason when no alert meets `match`.
 */
export function illnessOf(runbook: Runbook, written?: DrillAlert): Illness | { because: string } {
  const alert = written ?? alertFor(runbook)
  if ('because' in alert) return alert
  const inputs = resolveInputs(runbook.inputs ?? [], alert)
  const groups = Object.keys(runbook.targets).filter(role => roleOf(runbook.targets[role]!).many === true)
  const sizes = groups.length === 0 ? [1] : groupSizes
  const tried = sizes.map(members => {
    const given = { runbook, alert, inputs, members }
    return { given, sick: solveWishes(given, wishesOfSick(runbook)) }
  })
  const best = tried.reduce((one, other) => (other.sick.unmet.length < one.sick.unmet.length ? other : one))
  const { given, sick } = best
  const targets =
    given.members === 1 ? {} : Object.fromEntries(groups.map(role => [role, membersOf(role, given.members)]))
  return { ...given, alert, targets, sick, well: solveWishes(given, wishesOfWell(given, sick.values)) }
}

/** Values of which triage makes the severity of this rule, by its place in the list; undefined when there are none. */
export function valuesOfRule(illness: Illness, rule: number): MeasuredValues | undefined {
  const { runbook } = illness
  const ofRules = runbook.triage.severity.flatMap(({ when, forMs }, index): Wish[] => {
    if (when === undefined || index > rule) return []
    const condition = { path: ['triage', 'severity', index, 'when'], text: when }
    return [{ condition, wanted: index === rule && forMs === undefined }]
  })
  const { values, unmet } = solveWishes(illness, [...ofRules, ...wishesOfSick(runbook)])
  const isMet = ofRules.every(({ condition }) => !unmet.some(({ path }) => path === condition.path))
  return isMet && assess(illness, values).severity === runbook.triage.severity[rule]?.is ? values : undefined
}

function wishesOfSick(runbook: Runbook): Wish[] {
  const impact = conditionsOfTriage(runbook).filter(({ path }) => path[1] === 'impact')
  const lasting = conditionsOfTriage(runbook).filter(({ path }) => isLasting(runbook, path))
  return [
    ...untilOfWhole(runbook).map(condition => ({ condition, wanted: false })),
    ...impact.map(condition => ({ condition, wanted: true })),
    ...runbook.mitigate.flatMap((step, index) => {
      const { when, precheck, until } = conditionsOfStep(step, index)
      return [
        ...[when, precheck].flatMap(condition => (condition ? [{ condition, wanted: true }] : [])),
        ...(until === undefined ? [] : [{ condition: until, wanted: false }]),
      ]
    }),
    // What has to last before it counts would make it worse in the middle of the drill.
    ...lasting.map(condition => ({ condition, wanted: false })),
  ]
}

function isLasting({ triage }: Runbook, [, list, index]: AskedCondition['path']): boolean {
  return list === 'severity' && triage.severity[Number(index)]?.forMs !== undefined
}

function wishesOfWell(given: Given, sick: MeasuredValues): Wish[] {
  const { runbook } = given
  const { severity: was } = assess(given, sick)
  const rules = conditionsOfTriage(runbook)
  const isWorse = ({ path }: AskedCondition): boolean => {
    const rule = path[1] === 'severity' ? runbook.triage.severity[Number(path[2])] : undefined
    return rule !== undefined && (isMoreSevere(rule.is, was) || rule.forMs !== undefined)
  }
  const proofs = [
    ...untilOfWhole(runbook),
    ...runbook.mitigate.flatMap((step, index) => [
      ...[conditionsOfStep(step, index).until].filter(until => until !== undefined),
      ...untilOfUndo(step, index),
    ]),
  ]
  return [
    ...proofs.map(condition => ({ condition, wanted: true })),
    ...rules.filter(isWorse).map(condition => ({ condition, wanted: false })),
    ...rules.filter(rule => !isWorse(rule)).map(condition => ({ condition, wanted: false })),
  ]
}

/** Meets the wishes one after another; one that cannot be met together with those before it is left out. */
export function solveWishes(given: Given, wishes: readonly Wish[]): Solution {
  const spokenOf = literalsByField(given)
  const candidates = new Map(
    fieldsOf(given.runbook).map(({ name, definition }) => [
      name,
      candidatesFor(definition, spokenOf.get(name) ?? []),
    ]),
  )
  const unmet: Unmet[] = []
  const met: Demand[] = []
  let values: Assignment = new Map()
  for (const wish of wishes) {
    const demand = demandOf(given, wish)
    const found = solve([...met, demand], name => candidates.get(name) ?? [])
    if (found === undefined || found === 'too-many') unmet.push(whyUnmet(wish, demand, found))
    else {
      met.push(demand)
      values = found
    }
  }
  return { values: measured(given, values), unmet }
}

function whyUnmet(
  { condition: { path, text }, wanted }: Wish,
  { names }: Demand,
  found: 'too-many' | undefined,
): Unmet {
  const is = wanted ? 'true' : 'false'
  const because =
    found === 'too-many'
      ? `\`${text}\` has too many ways to be ${is} to try them all`
      : `no value that was tried of ${names.join(', ') || 'anything'} makes \`${text}\` ${is}`
  return { path, wanted, because }
}

function demandOf(given: Given, { condition, wanted }: Wish): Demand {
  const judge = judgeOf(given, condition)
  return {
    names: fieldsRead(given, condition),
    isMet: values => judge(measured(given, values)) === wanted,
  }
}

/** A field that nothing was asked of has a value as well, so that nothing lacks data. */
function measured({ runbook }: Given, values: Assignment): MeasuredValues {
  const measured: Record<string, Record<string, FieldValue>> = {}
  for (const { name, check, field, definition } of fieldsOf(runbook)) {
    measured[check] ??= {}
    measured[check][field] = values.get(name) ?? plausible(definition)
  }
  return measured
}

function fieldsRead(given: Given, condition: AskedCondition): string[] {
  const read = readOf(given, condition)
  return [...new Set(read.paths.flatMap(path => fieldsAt(given.runbook, condition, read, path)))]
}

function literalsByField(given: Given): Map<string, FieldValue[]> {
  const found = new Map<string, FieldValue[]>()
  for (const condition of everyCondition(given.runbook)) {
    const read = readOf(given, condition)
    for (const { paths, literals } of read.comparisons)
      for (const name of paths.flatMap(path => fieldsAt(given.runbook, condition, read, path)))
        found.set(name, [...(found.get(name) ?? []), ...withInputsOf(given.inputs, paths, literals)])
  }
  return found
}

function readOf(given: Given, condition: AskedCondition) {
  const compiled = compile(condition.text, scopeOf(given, condition, {}).variables)
  return 'problem' in compiled ? { paths: [], comparisons: [] } : readCondition(compiled.ast)
}
