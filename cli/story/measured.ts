import { groupSummary } from '../../contracts/group-summary.ts'
import { checkDefinitions, isCheckName } from '../../contracts/targets/catalogue.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { counted } from '../narrate/narration.ts'
import { inDefinedOrder, valuesInWords } from '../narrate/values.ts'
import { padEnd, widthOf } from '../terminal/width.ts'
import { hanging, type View } from './view.ts'

type Measured = Extract<TimelineEntry, { kind: 'check.measured' }>

/** The evidence: each check with its newest values, where and when it was measured. */
export function measured(timeline: readonly TimelineEntry[], view: View): string[] {
  const newest = newestByCheck(timeline)
  const widest = (name: 'check' | 'target'): number =>
    Math.max(0, ...newest.map(({ data }) => widthOf(data[name])))
  const [checkWidth, targetWidth] = [widest('check'), widest('target')]
  return newest.flatMap(({ data, atMs }) => {
    const target = view.paint.quiet(padEnd(data.target, targetWidth))
    const lead = `  ${view.paint.quiet(view.clock.time(atMs))}  ${padEnd(data.check, checkWidth)}  ${target}  `
    const room = 16 + checkWidth + targetWidth
    if (data.error !== undefined)
      return hanging(lead, room, `not measured: ${oneLine(data.error)}`, 'attention', view)
    return hanging(lead, room, oneLine(valuesInWords(valuesOf(data))) || 'nothing', 'plain', view)
  })
}

/** What triage saw, for a verification to be compared with. */
export function firstValues(timeline: readonly TimelineEntry[]): Record<string, Record<string, unknown>> {
  const first = new Map<string, Measured>()
  for (const entry of measurementsIn(timeline)) if (!first.has(keyOf(entry))) first.set(keyOf(entry), entry)
  return Object.fromEntries(byCheck(first.values()).map(({ data }) => [data.check, valuesOf(data)] as const))
}

function newestByCheck(timeline: readonly TimelineEntry[]): Measured[] {
  return byCheck(new Map(measurementsIn(timeline).map(entry => [keyOf(entry), entry])).values())
}

function measurementsIn(timeline: readonly TimelineEntry[]): Measured[] {
  return timeline.filter(entry => entry.kind === 'check.measured')
}

function keyOf({ data: { check, target, isMember } }: Measured): string {
  return isMember === true ? `${check} ${target}` : check
}

/** Those of a group are told as one. */
function byCheck(measured: Iterable<Measured>): Measured[] {
  return [...Map.groupBy(measured, ({ data }) => data.check).values()].map(entries => {
    const newest = entries.at(-1)!
    return newest.data.isMember === true ? { ...newest, data: groupOf(entries) } : newest
  })
}

function groupOf(entries: readonly Measured[]): Measured['data'] {
  const { check, uses } = entries[0]!.data
  const members = Object.fromEntries(
    entries.map(({ data: { target, values, error } }) => [
      target,
      error === undefined ? { values } : { problem: error },
    ]),
  )
  const fields = isCheckName(uses) ? Object.keys(checkDefinitions[uses].fields) : []
  const target = counted(entries.length, 'target')
  return { check, uses, target, isMember: true, values: groupSummary(members, fields) }
}

function valuesOf({ uses, values, isMember }: Measured['data']): Record<string, unknown> {
  return isMember === true ? values : inDefinedOrder(uses, values)
}
