import type { TimelineEntry } from '../../contracts/timeline.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { inDefinedOrder, valuesInWords } from '../narrate/values.ts'
import { padEnd, widthOf } from '../terminal/width.ts'
import { hanging, type View } from './view.ts'

type Measured = Extract<TimelineEntry, { kind: 'check.measured' }>

/** The evidence: each check with its newest values, where and when it was measured. */
export function measured(timeline: readonly TimelineEntry[], view: View): string[] {
  const newest = [...newestByCheck(timeline).values()]
  const widest = (name: 'check' | 'target'): number =>
    Math.max(0, ...newest.map(({ data }) => widthOf(data[name])))
  const [checkWidth, targetWidth] = [widest('check'), widest('target')]
  return newest.flatMap(({ data, atMs }) => {
    const target = view.paint.quiet(padEnd(data.target, targetWidth))
    const lead = `  ${view.paint.quiet(view.clock.time(atMs))}  ${padEnd(data.check, checkWidth)}  ${target}  `
    const room = 16 + checkWidth + targetWidth
    if (data.error !== undefined)
      return hanging(lead, room, `not measured: ${oneLine(data.error)}`, 'attention', view)
    return hanging(
      lead,
      room,
      oneLine(valuesInWords(inDefinedOrder(data.uses, data.values))) || 'nothing',
      'plain',
      view,
    )
  })
}

/** What triage saw, for a verification to be compared with. */
export function firstValues(timeline: readonly TimelineEntry[]): Record<string, Record<string, unknown>> {
  const first: Record<string, Record<string, unknown>> = {}
  for (const entry of timeline)
    if (entry.kind === 'check.measured')
      first[entry.data.check] ??= inDefinedOrder(entry.data.uses, entry.data.values)
  return first
}

function newestByCheck(timeline: readonly TimelineEntry[]): Map<string, Measured> {
  return new Map(
    timeline.flatMap(entry => (entry.kind === 'check.measured' ? [[entry.data.check, entry] as const] : [])),
  )
}
