/** Every CEL expression of a runbook, each against what it will see. */
import { isCheckName } from '../contracts/targets/catalogue.ts'
import type { Variables } from './condition-values.ts'
import { alertVariables, checkCondition, incidentVariables, valueVariables } from './conditions.ts'
import type { Finding, Path } from './fault.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintConditions(tree: unknown): Finding[] {
  const checks = variablesOfChecks(tree)
  const inTriage = { checks, ...alertVariables }
  const listed = listAt(tree, ['verify', 'checks'])
  const ofOverall = {
    checks: Object.fromEntries(Object.entries(checks).filter(([name]) => listed.includes(name))),
  }
  return [
    ...lint(tree, ['match'], alertVariables),
    ...listAt(tree, ['triage', 'severity']).flatMap((_, index) =>
      lint(tree, ['triage', 'severity', index, 'when'], inTriage),
    ),
    ...lint(tree, ['triage', 'impact'], inTriage),
    ...listAt(tree, ['mitigate']).flatMap((step, index) => [
      ...lint(tree, ['mitigate', index, 'when'], inTriage),
      ...lint(tree, ['mitigate', index, 'precheck', 'when'], variablesOfValue(tree, step, 'precheck')),
      ...lint(tree, ['mitigate', index, 'verify', 'until'], variablesOfValue(tree, step, 'verify')),
    ]),
    ...lint(tree, ['verify', 'until'], ofOverall),
    ...listAt(tree, ['escalate']).flatMap((_, index) =>
      lint(tree, ['escalate', index, 'when'], incidentVariables),
    ),
  ]
}

function lint(tree: unknown, path: Path, variables: Variables): Finding[] {
  const expression = valueAt(tree, path)
  if (typeof expression !== 'string' || expression === '') return []
  return checkCondition(expression, variables).map(({ message, offset, hint }) => ({
    path,
    offset,
    message: `in \`${String(path.at(-1))}\`: ${message}`,
    hint,
  }))
}

/** A check whose `uses` is wrong has been reported; what conditions ask of it is not checked as well. */
function variablesOfChecks(tree: unknown): Variables {
  const checks = entriesOf(valueAt(tree, ['triage', 'checks']))
  return Object.fromEntries(checks.map(([name, use]) => [name, variablesOfUse(use)]))
}

function variablesOfUse(use: unknown): Variables | 'unchecked' {
  const uses = valueAt(use, ['uses'])
  if (typeof uses !== 'string' || !isCheckName(uses)) return 'unchecked'
  return valueVariables(uses).value as Variables
}

function variablesOfValue(tree: unknown, step: unknown, part: 'precheck' | 'verify'): Variables {
  const name = valueAt(step, [part, 'check'])
  const use = typeof name === 'string' ? valueAt(tree, ['triage', 'checks', name]) : undefined
  return { value: variablesOfUse(use) }
}
