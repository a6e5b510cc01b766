/** Every CEL expression of a runbook, each against what it will see. */
import { isCheckName } from '../contracts/targets/catalogue.ts'
import { type Compiled, createCompiler } from './condition-language.ts'
import type { VariableType, Variables } from './condition-values.ts'
import { alertVariables, incidentVariables, inputVariables, valueVariables } from './conditions.ts'
import type { Finding, Path } from './fault.ts'
import { writtenRole } from './written-roles.ts'
import { readInput } from './read-input.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export interface WrittenCondition {
  path: Path
  expression: string
  compiled: Compiled
}

/** The conditions of a runbook as they were written, compiled once for every rule that reads them. */
export function conditionsIn(tree: unknown): WrittenCondition[] {
  const checks = variablesOfChecks(tree)
  const inputs = variablesOfInputs(tree)
  // No alert begins a routine.
  const alert = valueAt(tree, ['schedule']) === undefined ? alertVariables : {}
  const inTriage = createCompiler({ checks, ...alert, ...inputs })
  const ofIncident = createCompiler(incidentVariables)
  const listed = listAt(tree, ['verify', 'checks'])
  const ofOverall = createCompiler({
    checks: Object.fromEntries(Object.entries(checks).filter(([name]) => listed.includes(name))),
    ...inputs,
  })
  return [
    ...conditionAt(tree, ['match'], createCompiler(alertVariables)),
    ...listAt(tree, ['triage', 'severity']).flatMap((_, index) =>
      conditionAt(tree, ['triage', 'severity', index, 'when'], inTriage),
    ),
    ...conditionAt(tree, ['triage', 'impact'], inTriage),
    ...listAt(tree, ['mitigate']).flatMap((step, index) => [
      ...conditionAt(tree, ['mitigate', index, 'when'], inTriage),
      ...ofOneCheck.flatMap(({ part, key }) =>
        conditionAt(
          tree,
          ['mitigate', index, ...part, key],
          createCompiler({ ...variablesOfValue(tree, step, part), ...inputs }),
        ),
      ),
    ]),
    ...conditionAt(tree, ['verify', 'until'], ofOverall),
    ...['escalate', 'communication'].flatMap(list =>
      listAt(tree, [list]).flatMap((_, index) => conditionAt(tree, [list, index, 'when'], ofIncident)),
    ),
  ]
}

/** Parts of a step that measure one check, and the condition of each. */
const ofOneCheck = [
  { part: ['precheck'], key: 'when' },
  { part: ['verify'], key: 'until' },
  { part: ['undo', 'verify'], key: 'until' },
] as const

function conditionAt(
  tree: unknown,
  path: Path,
  compile: (expression: string) => Compiled,
): WrittenCondition[] {
  const expression = valueAt(tree, path)
  if (typeof expression !== 'string' || expression === '') return []
  return [{ path, expression, compiled: compile(expression) }]
}

export function lintConditions(conditions: readonly WrittenCondition[]): Finding[] {
  return conditions.flatMap(({ path, compiled }): Finding[] => {
    if (!('problem' in compiled)) return []
    const { message, offset, hint } = compiled.problem
    return [{ path, offset, message: `in \`${String(path.at(-1))}\`: ${message}`, hint }]
  })
}

/** Nothing is declared without inputs: a condition that asks for one is told that there is no such name. */
function variablesOfInputs(tree: unknown): Variables {
  const inputs = entriesOf(valueAt(tree, ['inputs']))
  if (inputs.length === 0) return {}
  return inputVariables(
    inputs.map(([name, written]) => ({
      name,
      type: readInput(name, written, []).input?.type ?? 'unchecked',
    })),
  )
}

/** A check whose `uses` is wrong has been reported; what conditions ask of it is not checked as well. */
function variablesOfChecks(tree: unknown): Variables {
  const checks = entriesOf(valueAt(tree, ['triage', 'checks']))
  return Object.fromEntries(checks.map(([name, use]) => [name, variablesOfUse(tree, use)]))
}

function variablesOfUse(tree: unknown, use: unknown): VariableType {
  const uses = valueAt(use, ['uses'])
  if (typeof uses !== 'string' || !isCheckName(uses)) return 'unchecked'
  const isMany = writtenRole(tree, valueAt(use, ['target']))?.isMany === true
  return valueVariables(uses, isMany).value
}

function variablesOfValue(tree: unknown, step: unknown, part: Path): Variables {
  const name = valueAt(step, [...part, 'check'])
  const use = typeof name === 'string' ? valueAt(tree, ['triage', 'checks', name]) : undefined
  return { value: variablesOfUse(tree, use) }
}
