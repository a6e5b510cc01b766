import { hash } from 'node:crypto'
import { z } from 'zod'
import { limits } from '../contracts/limits.ts'
import { cutTo, storable } from './reported-text.ts'

/** Names of labels or annotations and their values; without a prototype, so that `__proto__` is a name like any other. */
export type LabelSet = Record<string, string>

/** What conditions, routing and people need; kept when an alert has more labels than we keep. */
const firstLabels = ['alertname', 'severity', 'system', 'environment', 'instance', 'job']
const leftOutLabel = 'paramedic_labels_left_out'

/** Reads a JSON object of texts; other scalars become text, because a sender's slip must not cost an alert. */
export const labelSet = z
  .unknown()
  .transform((value, context): LabelSet => {
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined
    if (entries === undefined) {
      context.addIssue({ code: 'custom', message: 'Invalid input: expected an object of texts' })
      return z.NEVER
    }
    const nested = entries.find(([, item]) => typeof item === 'object' && item !== null)
    if (nested !== undefined) {
      context.addIssue({ code: 'custom', message: 'Invalid input: expected a text', path: [nested[0]] })
      return z.NEVER
    }
    return toLabelSet(entries.map(([name, item]) => [storable(name), storable(String(item ?? ''))]))
  })
  // What the JSON Schema says of it; the code above is nothing a schema can tell.
  .meta({ type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } })

export function toLabelSet(entries: Iterable<readonly [string, string]>): LabelSet {
  // Without a prototype there is no setter: assigning `__proto__` makes a plain property.
  const set = Object.create(null) as LabelSet
  for (const [name, value] of entries) set[name] = value
  return set
}

/** Labels within the limits. When there are too many, the ones Paramedic works with stay and a label says how many are gone. */
export function cutLabels(labels: LabelSet): LabelSet {
  const entries = Object.entries(labels)
  if (entries.length <= limits.labelsPerAlert)
    return toLabelSet(entries.map(cutEntry(limits.labelValueLength)))
  const isFirst = ([name]: readonly [string, string]): boolean => firstLabels.includes(name)
  const kept = [...entries.filter(isFirst), ...entries.filter(entry => !isFirst(entry))].slice(
    0,
    limits.labelsPerAlert - 1,
  )
  const leftOut: [string, string] = [leftOutLabel, String(entries.length - kept.length)]
  return toLabelSet([...kept.map(cutEntry(limits.labelValueLength)), leftOut])
}

export function cutAnnotations(annotations: LabelSet): LabelSet {
  return toLabelSet(
    Object.entries(annotations).slice(0, limits.labelsPerAlert).map(cutEntry(limits.annotationLength)),
  )
}

function cutEntry(valueLength: number): (entry: readonly [string, string]) => readonly [string, string] {
  return ([name, value]) => [cutName(name), cutTo(valueLength, value)]
}

/** Two long names with the same beginning stay two names. */
function cutName(name: string): string {
  if (name.length <= limits.labelNameLength) return name
  return cutTo(limits.labelNameLength - digestLength - 1, name) + `#${sha256(name).slice(0, digestLength)}`
}
const digestLength = 8

/**
 * The canonical form of labels: sorted by name, every text preceded by its length, so that no two sets share a form.
 * Taken before anything is cut, or long values that differ at the end would be one alert.
 */
export function canonicalLabels(labels: LabelSet, ignored: readonly string[] = []): string {
  return Object.entries(labels)
    .filter(([name]) => !ignored.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name.length}:${name}=${value.length}:${value}`)
    .join('')
}

export function sha256(text: string): string {
  return hash('sha256', text)
}
