/** The timeline as lines: a time and a sentence each, with what repeats folded into one. */
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { narrate } from '../narrate.ts'
import { because, type Narration, type NarrationWords } from '../narrate/narration.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { hanging, timed, type View } from './view.ts'

interface Told extends Narration {
  atMs: number
  times: number
  firstMs: number
}

export interface EntryOptions {
  indent?: number
  isUnderStep?: boolean
  hasDetail?: boolean
  before?: NarrationWords['before']
  /** Write the day before the first entry and wherever it changes. */
  hasDays?: boolean
}

export function entryLines(
  entries: readonly TimelineEntry[],
  view: View,
  options: EntryOptions = {},
): string[] {
  let day = ''
  return fold(withoutEchoes(entries), view, options).flatMap(told => {
    const today = view.clock.day(told.atMs)
    const isNewDay = options.hasDays === true && today !== day
    day = today
    return [...(isNewDay ? [`  ${view.paint.quiet(today)}`] : []), ...toldLines(told, view, options)]
  })
}

function toldLines(told: Told, view: View, { indent = 2, hasDetail = false }: EntryOptions): string[] {
  const times =
    told.times > 1 ? ` (${told.times} times since ${view.clock.near(told.firstMs, told.atMs)})` : ''
  const lines = timed(view.clock.time(told.atMs), told.text + times, told.tone, view, indent)
  const detail = hasDetail ? (told.detail ?? []) : []
  const left = ' '.repeat(indent + 10)
  return [...lines, ...detail.flatMap(line => hanging(left, left.length, line, 'quiet', view))]
}

/** Neighbours that say the same become one that says how often; the newest words stand. */
function fold(
  entries: readonly TimelineEntry[],
  view: View,
  { isUnderStep = false, before = {} }: EntryOptions,
): Told[] {
  const folded: Told[] = []
  const said = new Set<string>()
  for (const entry of entries) {
    const narration = withoutRepeatedReason(
      entry,
      narrate(entry, { clock: view.clock, isUnderStep, before }),
      said,
    )
    const last = folded.at(-1)
    if (last?.foldedAs !== undefined && last.foldedAs === narration.foldedAs) {
      folded[folded.length - 1] = {
        ...narration,
        atMs: entry.atMs,
        times: last.times + 1,
        firstMs: last.firstMs,
      }
    } else folded.push({ ...narration, atMs: entry.atMs, times: 1, firstMs: entry.atMs })
  }
  return folded
}

/** What two entries in a row say twice is told once: the last vote and its decision, a verdict and the step's end, a question and
 * its step that expired. */
function withoutEchoes(entries: readonly TimelineEntry[]): TimelineEntry[] {
  return entries.filter((entry, index) => {
    const before = entries[index - 1]
    if (entry.kind === 'gate.decided')
      return before?.kind !== 'gate.voted' || before.data.gateId !== entry.data.gateId
    if (entry.kind === 'step.ended' && entry.data.result === 'expired') return before?.kind !== 'gate.expired'
    if (entry.kind !== 'step.ended' || before?.kind !== 'verification.ended') return true
    return before.data.because !== entry.data.because
  })
}

/** What proves a recovery is the reason of several entries; it is said with the first of them. */
function withoutRepeatedReason(entry: TimelineEntry, narration: Narration, said: Set<string>): Narration {
  const reason = 'because' in entry.data ? because(oneLine(entry.data.because)) : ''
  if (!said.has(reason)) {
    if (reason !== '') said.add(reason)
    return narration
  }
  return { ...narration, text: narration.text.replace(reason, '') }
}
