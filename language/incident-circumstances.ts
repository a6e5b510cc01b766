/** All that a condition over `incident` can see: few enough to try each. */
import { impacts, type Impact, type Phase, severities, type Severity } from '../contracts/incident.ts'
import type { Compiled } from './condition-language.ts'
import { recordToCel } from './condition-values.ts'
import { incidentScope } from './conditions.ts'

interface Circumstances {
  severity: Severity
  impact: Impact
  phase: Phase
}

/** Without an answer it counts as holding, as where an incident runs; a condition with a fault of its own is not judged. */
export function mayHold(condition: Compiled | undefined, circumstances: Circumstances): boolean {
  if (condition === undefined || 'problem' in condition) return true
  const scope = incidentScope(circumstances)
  try {
    return condition.run(recordToCel(scope.variables, scope.values)) !== false
  } catch {
    return true
  }
}

/** Whether it may hold at all in one of these phases. */
export function mayEverHold(condition: Compiled | undefined, phases: readonly Phase[]): boolean {
  return severities.some(severity =>
    impacts.some(impact => phases.some(phase => mayHold(condition, { severity, impact, phase }))),
  )
}
