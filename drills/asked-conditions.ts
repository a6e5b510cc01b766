/** Every condition of a runbook that measurements decide, with what it sees. */
import { measuredChecks, type ManualStep, type Runbook, type Step } from '../contracts/runbook.ts'
import type { CheckName } from '../contracts/targets/catalogue.ts'

/** Keys and places in a normalised runbook. */
export type Path = readonly (string | number)[]

export interface AskedCondition {
  path: Path
  text: string
  /** The one check that it sees as `value`; all of them as `checks` without it. */
  ofCheck?: string
}

export function conditionsOfTriage({ triage }: Runbook): AskedCondition[] {
  const rules = triage.severity.flatMap(({ when }, index) =>
    when === undefined ? [] : [{ path: ['triage', 'severity', index, 'when'], text: when }],
  )
  return triage.impact === undefined ? rules : [...rules, { path: ['triage', 'impact'], text: triage.impact }]
}

export interface ConditionsOfStep {
  when?: AskedCondition
  precheck?: AskedCondition
  until?: AskedCondition
}

export function conditionsOfStep(step: Step | ManualStep, index: number): ConditionsOfStep {
  const path = ['mitigate', index]
  const { when, precheck, verify } = step
  return {
    ...(when === undefined ? {} : { when: { path: [...path, 'when'], text: when } }),
    ...(precheck === undefined
      ? {}
      : {
          precheck: { path: [...path, 'precheck', 'when'], text: precheck.when, ofCheck: precheck.check },
        }),
    ...(verify === undefined
      ? {}
      : { until: { path: [...path, 'verify', 'until'], text: verify.until, ofCheck: verify.check } }),
  }
}

/** What proves that a step was taken back. */
export function untilOfUndo(step: Step | ManualStep, index: number): AskedCondition[] {
  if ('manual' in step || !('uses' in step.undo) || step.undo.verify === undefined) return []
  const { until: text, check: ofCheck } = step.undo.verify
  return [{ path: ['mitigate', index, 'undo', 'verify', 'until'], text, ofCheck }]
}

export function untilOfWhole({ verify }: Runbook): AskedCondition[] {
  return verify === undefined ? [] : [{ path: ['verify', 'until'], text: verify.until }]
}

export function everyCondition(runbook: Runbook): AskedCondition[] {
  const ofSteps = runbook.mitigate.flatMap((step, index) => {
    const { when, precheck, until } = conditionsOfStep(step, index)
    return [when, precheck, until, ...untilOfUndo(step, index)].filter(one => one !== undefined)
  })
  return [...conditionsOfTriage(runbook), ...ofSteps, ...untilOfWhole(runbook)]
}

/** By its name; a check that a condition is about is one of triage, which the linter has seen to. */
export function checkNamed(runbook: Runbook, name: string): { uses: CheckName; isMany: boolean } {
  return measuredChecks(runbook).find(check => check.name === name)!
}
