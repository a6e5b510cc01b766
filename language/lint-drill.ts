/** Drills against the runbook that they rehearse: whether what they say can come to be. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { actionDefinitions } from '../contracts/targets/catalogue.ts'
import { useOf } from './attempted-steps.ts'
import { coded, type CodedFinding, type Finding } from './fault.ts'
import { lintDrillAlert } from './lint-drill-alert.ts'
import { lintDrillEvents } from './lint-drill-events.ts'
import { lintDrillExpectation } from './lint-drill-expectation.ts'
import { lintDrillGiven } from './lint-drill-given.ts'
import { nearestName } from './nearest-name.ts'
import type { ParametersOf } from './normalise-expectation.ts'
import { readParameters } from './read-parameters.ts'

/** Paths are those of contracts/drill.ts. */
export function lintDrill(drill: Drill, runbook: Runbook): CodedFinding[] {
  const isMisspelt = nearestName(drill.runbook, [runbook.name]) !== undefined
  if (drill.runbook !== runbook.name && !isMisspelt) return coded('name', lintName(drill, runbook))
  return [
    ...coded('name', lintName(drill, runbook)),
    ...lintDrillAlert(drill, runbook),
    ...lintDrillGiven(drill, runbook),
    ...lintDrillEvents(drill, runbook),
    ...lintDrillExpectation(drill, runbook),
  ]
}

function lintName(drill: Drill, runbook: Runbook): Finding[] {
  if (drill.runbook === runbook.name) return []
  const message = `the runbook beside the file is \`${runbook.name}\``
  return [
    { path: ['runbook'], message, hint: `write runbook: ${runbook.name}, or put the file beside its own` },
  ]
}

/** Parameters of an expected effect as the runbook's own are read: only those that are written. */
export function parametersIn(runbook: Runbook): ParametersOf {
  return (attempted, written) => {
    const use = useOf(runbook, attempted)
    if (use === undefined) return undefined
    const { values } = readParameters(actionDefinitions[use.uses].parameters, written, [])
    return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(written, name)))
  }
}

/** What is wrong with the parameters of expected effects, which are read before they are normalised; findings point below `path`. */
export function lintEffectParameters(
  runbook: Runbook,
  attempted: string,
  written: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): Finding[] {
  const use = useOf(runbook, attempted)
  if (use === undefined) return []
  const { findings } = readParameters(actionDefinitions[use.uses].parameters, written, path)
  // Only those that are looked at are written.
  return findings.filter(finding => finding.path.length > path.length)
}
