/** Every step that was considered, in the order of the ladder: its plan, who allowed it, what it did, what proves it. */
import { attemptOfEntry } from '../../contracts/attempt-of-entry.ts'
import { attemptOfId } from '../../contracts/incident.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { resultTones, resultWords } from '../narrate/steps.ts'
import type { Tone } from '../terminal/paint.ts'
import { widthOf } from '../terminal/width.ts'
import { entryLines } from './entries.ts'
import { firstValues } from './measured.ts'
import { hanging, type View } from './view.ts'

export function steps(incident: IncidentDetail, view: View): string[] {
  const attempts = Map.groupBy(
    incident.timeline.filter(entry => attemptOf(entry) !== undefined),
    entry => attemptOf(entry) ?? '',
  )
  return [...attempts].flatMap(([attempt, entries], index) => [
    ...(index === 0 ? [] : ['']),
    ...stepHeading(attempt, entries, incident, view),
    ...entryLines(entries, view, {
      indent: 4,
      isUnderStep: true,
      hasDetail: true,
      before: firstValues(incident.timeline),
    }),
  ])
}

/** `<step>/<attempt>` of the entries that belong to one. */
function attemptOf(entry: TimelineEntry): string | undefined {
  const of = attemptOfEntry(entry)
  return of === undefined ? undefined : `${of.step}/${of.attempt}`
}

export function belongsToStep(entry: TimelineEntry): boolean {
  return attemptOf(entry) !== undefined
}

function stepHeading(
  attempt: string,
  entries: readonly TimelineEntry[],
  incident: IncidentDetail,
  view: View,
): string[] {
  const { paint } = view
  const { step, attempt: count } = attemptOfId(attempt) ?? { step: attempt, attempt: 1 }
  const { mark, words, tone } = standing(attempt, entries, incident)
  const again = count > 1 ? ` (attempt ${count})` : ''
  const planned = entries.find(entry => entry.kind === 'step.planned' || entry.kind === 'claim.made')
  const does = planned === undefined ? '' : `${planned.data.action} on ${planned.data.target}`
  const lead = `  ${paint[tone](mark)} ${paint.strong(step)}${again}  ${paint[tone](words)}  `
  if (does === '') return [lead.trimEnd()]
  const leadWidth = widthOf(lead)
  if (leadWidth + widthOf(does) <= view.width) return [lead + paint.quiet(does)]
  return [lead, ...hanging('    ', 4, does, 'quiet', view)]
}

interface Standing {
  mark: string
  words: string
  tone: Tone
}

function standing(attempt: string, entries: readonly TimelineEntry[], incident: IncidentDetail): Standing {
  const ended = entries.findLast(entry => entry.kind === 'step.ended')
  if (ended !== undefined) {
    const { result } = ended.data
    return {
      mark: marks[resultTones[result]] ?? '–',
      words: resultWords[result],
      tone: resultTones[result],
    }
  }
  if (entries.at(-1)?.kind === 'claim.abandoned') return { mark: '–', words: 'given up', tone: 'attention' }
  const isOf = (thing: { step: string; attempt: number }): boolean =>
    `${thing.step}/${thing.attempt}` === attempt
  if (incident.gates.some(gate => gate.state === 'open' && isOf(gate)))
    return { mark: '?', words: 'waits for people', tone: 'attention' }
  const claim = incident.claims.find(isOf)
  if (claim !== undefined && claim.outcome === null) return { mark: '▸', words: 'runs', tone: 'attention' }
  if (claim?.outcome === 'succeeded') return { mark: '▸', words: 'done, being verified', tone: 'attention' }
  return { mark: '·', words: claim === undefined ? 'planned' : (claim.outcome ?? 'runs'), tone: 'plain' }
}

const marks: Partial<Record<Tone, string>> = { good: '✓', bad: '✗', attention: '–', quiet: '–' }
