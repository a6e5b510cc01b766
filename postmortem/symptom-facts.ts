import type { FactMeasured, FactSymptom } from '../contracts/postmortem.ts'
import { checkDefinitions, isCheckName } from '../contracts/targets/catalogue.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/** Each check of triage with what it saw first and what it saw last, in whichever measurement that was. */
export function symptomFacts(entries: readonly TimelineEntry[]): FactSymptom[] {
  const symptoms = new Map<string, FactSymptom>()
  for (const entry of entries) {
    if (entry.kind === 'check.measured') {
      const { check, uses, target, values, error } = entry.data
      const seen: FactMeasured =
        error === undefined
          ? { atMs: entry.atMs, values: inDefinedOrder(uses, values) }
          : { atMs: entry.atMs, problem: error }
      const known = symptoms.get(check)
      if (known === undefined) symptoms.set(check, { check, target, before: seen, after: null })
      else known.after = seen
    } else if (entry.kind === 'verification.ended') {
      for (const [check, result] of Object.entries(entry.data.measured)) {
        const known = symptoms.get(check)
        if (known !== undefined) known.after = { atMs: entry.atMs, ...seenIn(result, known.before) }
      }
    }
  }
  return [...symptoms.values()]
}

/** The most telling first, as the check's definition has them; the record keeps no order (RFC 8785 sorts). */
function inDefinedOrder(uses: string, values: Record<string, unknown>): Record<string, unknown> {
  const first = isCheckName(uses) ? Object.keys(checkDefinitions[uses].fields) : []
  return ordered(first, values)
}

function ordered(first: readonly string[], values: Record<string, unknown>): Record<string, unknown> {
  const names = new Set([...first.filter(name => Object.hasOwn(values, name)), ...Object.keys(values)])
  return Object.fromEntries([...names].map(name => [name, values[name]]))
}

/** A verification keeps `{ values }` or `{ problem }` of each check. */
function seenIn(
  result: unknown,
  before: FactMeasured,
): { values: Record<string, unknown> } | { problem: string } {
  if (!isRecord(result)) return { values: { value: result } }
  if (typeof result['problem'] === 'string') return { problem: result['problem'] }
  const values = isRecord(result['values']) ? result['values'] : result
  return { values: ordered('values' in before ? Object.keys(before.values) : [], values) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
