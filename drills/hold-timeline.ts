/** Entries of the record that must come in an order, and what must never be there at all. */
import type { Drill, ExpectedEntry, Never } from '../contracts/drill.ts'
import { align } from './align.ts'
import type { Happened, Moment } from './happened.ts'
import { atMoment, atTime, type Held } from './held.ts'
import { isAt, sinceOpening } from './moments.ts'
import { reachedOf, severitiesOf } from './record-read.ts'

type Entry = Happened['timeline'][number]

export function holdTimeline({ expect: { timeline = [] } }: Drill, happened: Happened): Held[] {
  return align(timeline, happened.timeline, { pair: costOf, extra: 0 }).flatMap(
    ({ expected, happened: entry }) =>
      expected === undefined ? [] : [heldEntry(expected.value, expected.index, entry)],
  )
}

/** One that nearly fits is nearer than none. */
function costOf(expected: ExpectedEntry, entry: Entry): number | undefined {
  if (expected.kind !== entry.kind) return undefined
  const isInTime = expected.atMs === undefined || isAt(entry.moment, expected.atMs)
  return (isInTime ? 0 : 0.4) + (isLike(entry, expected.has) ? 0 : 0.5)
}

function isLike(entry: Entry, has: ExpectedEntry['has'] = {}): boolean {
  return differing(entry, has).length === 0
}

function differing({ data }: Entry, has: NonNullable<ExpectedEntry['has']>): string[] {
  // Which fields there are depends on the kind; a drill may ask for any.
  const fields = data as Record<string, unknown>
  return Object.keys(has).filter(field => fields[field] !== has[field])
}

function heldEntry(expected: ExpectedEntry, index: number, entry: Entry | undefined): Held {
  const { kind, atMs, has = {} } = expected
  const held: Held = {
    path: ['expect', 'timeline', index],
    expected: { text: entryText(kind, has), ...(atMs === undefined ? {} : { atMs }) },
  }
  if (entry === undefined)
    return {
      ...held,
      wrong: `there is no entry ${entryText(kind, has)}${atTime(atMs)} after those before it`,
    }
  const was = Object.fromEntries(Object.keys(has).map(field => [field, fieldOf(entry, field)]))
  const wrong = wrongEntry(expected, entry, was)
  return {
    ...held,
    happened: { moment: entry.moment, text: entryText(kind, was) },
    ...(wrong === undefined ? {} : { wrong }),
  }
}

function wrongEntry(
  { kind, atMs, has = {} }: ExpectedEntry,
  entry: Entry,
  was: Record<string, unknown>,
): string | undefined {
  const others = differing(entry, has)
  if (others.length > 0) {
    const told = others.map(field => `${field} ${String(was[field])}, expected ${String(has[field])}`)
    return `the entry ${kind}${atMoment(entry.moment)} has ${told.join('; ')}`
  }
  if (atMs === undefined || isAt(entry.moment, atMs)) return undefined
  return `the entry ${entryText(kind, has)} came${atMoment(entry.moment)}, expected at ${sinceOpening(atMs)}`
}

function fieldOf({ data }: Entry, field: string): unknown {
  return (data as Record<string, unknown>)[field] ?? 'not given'
}

/** `step.ended (step end-idle, result expired)`. */
function entryText(kind: string, has: Record<string, unknown>): string {
  const fields = Object.entries(has).map(([name, value]) => `${name} ${String(value)}`)
  return fields.length === 0 ? kind : `${kind} (${fields.join(', ')})`
}

/** Only what came all the same is told: of the rest nothing has happened. */
export function holdNever({ expect }: Drill, happened: Happened): Held[] {
  return expect.never.flatMap((never, index): Held[] => {
    const moment = firstOf(never, happened)
    const what = neverInWords(never)
    if (moment === undefined) return []
    return [
      {
        path: ['expect', 'never', index],
        expected: { text: `never: ${what}` },
        happened: { moment, text: what },
        wrong: `${what}: it came${atMoment(moment)} and must never come`,
      },
    ]
  })
}

function firstOf(never: Never, happened: Happened): Moment | undefined {
  if ('effect' in never) return happened.receipts.find(({ step }) => step === never.effect)?.moment
  if ('page' in never) return happened.pages.find(({ to }) => to.includes(never.page))?.moment
  if ('severity' in never) return severitiesOf(happened).find(({ is }) => is === never.severity)?.moment
  if ('step' in never) return reachedOf(happened).get(never.step)
  return happened.timeline.find(entry => entry.kind === never.entry && isLike(entry, never.has))?.moment
}

function neverInWords(never: Never): string {
  if ('effect' in never) return `effect of ${never.effect}`
  if ('page' in never) return `page to ${never.page}`
  if ('severity' in never) return `severity ${never.severity}`
  if ('step' in never) return `step ${never.step}`
  return `entry ${entryText(never.entry, never.has ?? {})}`
}
