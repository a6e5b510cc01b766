/** What every check had answered at a moment of a drill. */
import { measuredChecks, type Runbook } from '../../contracts/runbook.ts'
import type { Measured } from '../../drills/happened.ts'
import { inDefinedOrder, valueInWords } from '../narrate/values.ts'
import { oneLine } from '../terminal/plain-text.ts'

/** `pool: used_ratio 0.95, idle 60`, in the order of the runbook; of a group each target has its own. */
export function checkLines(runbook: Runbook, measured: readonly Measured[]): string[] {
  return measuredChecks(runbook).flatMap(({ name, uses, isMany }) =>
    measured
      .filter(({ check }) => check === name)
      .map(({ target, values, problem }) => {
        const of = isMany ? `${name} of ${target}` : name
        return oneLine(
          `${of}: ${problem === undefined ? inWords(uses, values ?? {}) : `not measured: ${problem}`}`,
        )
      }),
  )
}

function inWords(uses: string, values: Record<string, unknown>): string {
  const fields = Object.entries(inDefinedOrder(uses, values))
  return fields.map(([name, value]) => `${name} ${valueInWords(value)}`).join(', ') || 'nothing'
}
