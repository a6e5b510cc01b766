import { isWhatWasTaken } from '../../contracts/ends-of-steps.ts'
import { isOpen, type Severity } from '../../contracts/incident.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { outcomeInWords } from '../narrate/incidents.ts'
import { wholeDuration } from '../terminal/clock.ts'
import type { Tone } from '../terminal/paint.ts'
import { widthOf, wrap } from '../terminal/width.ts'
import type { View } from './view.ts'

export function heading(incident: IncidentDetail, view: View): string[] {
  const { paint, clock, width } = view
  const openedMs = Date.parse(incident.openedAt)
  const facts = [
    `${incident.system} / ${incident.environment}`,
    `owner ${incident.owner}`,
    `customers affected: ${incident.impact}`,
    `${incident.routine === null ? 'runbook' : 'routine'} ${incident.runbook}`,
    ...(incident.linkedTo === null ? [] : [`follows ${incident.linkedTo}`]),
  ]
  return [
    ...titleLines(incident, view),
    ...wrap(incident.title, width).map(paint.strong),
    ...wrap(facts.join(' · '), width).map(paint.quiet),
    ...wrap([`opened ${clock.exact(openedMs)}`, acknowledgement(incident)].join(' · '), width).map(
      paint.quiet,
    ),
  ]
}

function titleLines(incident: IncidentDetail, { paint, width, now }: View): string[] {
  const { severity, severityLabel, phase } = incident
  const label = severityLabel === null ? severity : `${severity} ${severityLabel}`
  const end = lasted(incident, now)
  const title = `${paint.strong(incident.number)}  ${paint[severityTones[severity]](label)}  ${paint.strong(phase)}`
  const gap = width - widthOf(title) - widthOf(end)
  return gap < 2 ? [title, end] : [title + ' '.repeat(gap) + end]
}

function lasted(incident: IncidentDetail, now: number): string {
  const openedMs = Date.parse(incident.openedAt)
  if (isOpen(incident.phase)) return `open for ${wholeDuration(now - openedMs)}`
  const took =
    incident.closedAt === null ? '' : ` after ${wholeDuration(Date.parse(incident.closedAt) - openedMs)}`
  return `${howItEnded(incident)}${took}`
}

function howItEnded({ outcome, timeline }: IncidentDetail): string {
  if (outcome === null) return 'closed'
  const because = timeline.findLast(entry => entry.kind === 'incident.closed')?.data.because ?? ''
  if (outcome === 'recovered' && isWhatWasTaken(because)) return 'over'
  return outcomeInWords(outcome, because).split(',')[0]!
}

function acknowledgement(incident: IncidentDetail): string {
  const { acknowledgedAt, acknowledgedBy, openedAt, phase, routine } = incident
  if (acknowledgedAt !== null) {
    const after = wholeDuration(Date.parse(acknowledgedAt) - Date.parse(openedAt))
    return `acknowledged by ${acknowledgedBy ?? 'somebody'} after ${after}`
  }
  if (routine?.needsPeopleSince === null) return 'a routine that calls nobody while it goes well'
  return isOpen(phase) ? 'not acknowledged' : 'never acknowledged'
}

export const severityTones: Record<Severity, Tone> = {
  SEV1: 'bad',
  SEV2: 'bad',
  SEV3: 'attention',
  SEV4: 'plain',
}
