/** `incident show`: what fired, what was measured, what was decided and why, what was done, who was told, what is open. */
import { isOpen } from '../contracts/incident.ts'
import { postmortemDeadlineOf } from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import { entryLines } from './story/entries.ts'
import { fired } from './story/fired.ts'
import { heading } from './story/heading.ts'
import { firstValues, measured } from './story/measured.ts'
import { whatIsOpen } from './story/now.ts'
import { belongsToStep, steps } from './story/steps.ts'
import { section, type View } from './story/view.ts'

/** The whole story by subject. Expects a cleaned incident. */
export function tellStory(incident: IncidentDetail, view: View): string[] {
  const { timeline } = incident
  const told = (subject: Subject): string[] =>
    entryLines(
      timeline.filter(entry => subjectOf(entry) === subject),
      view,
      {
        hasDetail: subject === 'people' || subject === 'course' || subject === 'pages',
        before: firstValues(timeline),
      },
    )
  return [
    ...heading(incident, view),
    ...section('What fired', fired(incident.alerts, view), view),
    ...section('What was measured', measured(timeline, view), view),
    ...section('What was decided', told('decisions'), view),
    ...section('What was done', steps(incident, view), view),
    ...section('How it went on', told('course'), view),
    ...section('Who was paged', told('pages'), view),
    ...section('What people did and said', told('people'), view),
    ...section('Post-mortem', told('postmortem'), view),
    ...section(isOpen(incident.phase) ? 'Now' : 'What is left', whatIsOpen(incident, view), view),
  ]
}

/** Everything in the order it happened. */
export function tellTimeline(incident: IncidentDetail, view: View): string[] {
  return [
    ...heading(incident, view),
    ...section(
      'Timeline',
      entryLines(incident.timeline, view, {
        hasDays: true,
        hasDetail: true,
        before: firstValues(incident.timeline),
      }),
      view,
    ),
    ...section(isOpen(incident.phase) ? 'Now' : 'What is left', whatIsOpen(incident, view), view),
  ]
}

type Subject = 'shown-elsewhere' | 'decisions' | 'course' | 'pages' | 'people' | 'postmortem'

/** Every kind belongs somewhere, so that no entry is lost by being told by subject. */
function subjectOf(entry: TimelineEntry): Subject {
  if (belongsToStep(entry)) return 'shown-elsewhere'
  switch (entry.kind) {
    case 'alert.firing':
    case 'check.measured':
    case 'phase.changed':
      return 'shown-elsewhere'
    case 'incident.opened':
    case 'triage.assessed':
    case 'severity.changed':
    case 'impact.changed':
      return 'decisions'
    case 'page.sent':
    case 'page.suppressed':
    case 'page.failed':
      return postmortemDeadlineOf(entry.data.pageId) === undefined ? 'pages' : 'postmortem'
    case 'postmortem.drafted':
    case 'postmortem.edited':
    case 'postmortem.reviewed':
    case 'postmortem.published':
    case 'postmortem.reopened':
    case 'action-item.done':
      return 'postmortem'
    case 'news.told':
    case 'news.failed':
      return 'pages'
    case 'acknowledged':
    case 'note':
    case 'resolve.requested':
    case 'cancel.requested':
    case 'freeze.on':
    case 'freeze.off':
      return 'people'
    default:
      return 'course'
  }
}
