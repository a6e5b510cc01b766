import { groupSummary, type MemberResult } from '../contracts/group-summary.ts'
import type { FactMeasured, FactSymptom } from '../contracts/postmortem.ts'
import { checkDefinitions, isCheckName } from '../contracts/targets/catalogue.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/**
 * Each check of triage with what it saw first and what it saw last, in whichever measurement that was. Of a group it is told how many
 * answered, between which values, and who was out of line.
 */
export function symptomFacts(entries: readonly TimelineEntry[]): FactSymptom[] {
  const symptoms = new Map<string, FactSymptom>()
  for (const { entry, members } of withGroups(entries)) {
    if (entry.kind === 'check.measured') {
      const { check, uses, target, values, error } = entry.data
      const { atMs } = entry
      const seen: FactMeasured =
        members !== undefined
          ? { atMs, values: groupSummary(members, fieldsOf(uses)) }
          : error === undefined
            ? { atMs, values: inDefinedOrder(uses, values) }
            : { atMs, problem: error }
      const known = symptoms.get(check)
      const where = members === undefined ? target : `${Object.keys(members).length} targets`
      if (known === undefined) symptoms.set(check, { check, target: where, before: seen, after: null })
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

/** A group is measured target by target: the entry of a target that comes again begins the next measurement. */
function withGroups(
  entries: readonly TimelineEntry[],
): { entry: TimelineEntry; members?: Record<string, MemberResult> }[] {
  const open = new Map<string, Record<string, MemberResult>>()
  return entries.flatMap(entry => {
    if (entry.kind !== 'check.measured' || entry.data.isMember !== true) return [{ entry }]
    const { check, target, values, error } = entry.data
    const known = open.get(check)
    const isNext = known === undefined || Object.hasOwn(known, target)
    const members = isNext ? {} : known
    members[target] = error === undefined ? { values } : { problem: error }
    open.set(check, members)
    return isNext ? [{ entry, members }] : []
  })
}

function fieldsOf(uses: string): string[] {
  return isCheckName(uses) ? Object.keys(checkDefinitions[uses].fields) : []
}

/** The most telling first, as the check's definition has them; the record keeps no order (RFC 8785 sorts). */
function inDefinedOrder(uses: string, values: Record<string, unknown>): Record<string, unknown> {
  return ordered(fieldsOf(uses), values)
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
  if (isRecord(result['members'])) {
    const fields = 'values' in before ? Object.keys(before.values) : []
    // As whoever measures wrote it: a result of each target.
    return { values: groupSummary(result['members'] as Record<string, MemberResult>, fields) }
  }
  const values = isRecord(result['values']) ? result['values'] : result
  return { values: ordered('values' in before ? Object.keys(before.values) : [], values) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
