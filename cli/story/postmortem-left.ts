/** What is left of the post-mortem once an incident is over, and the exact command for it. */
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { command, hanging, type View } from './view.ts'

export function postmortemLeft(incident: IncidentDetail, view: View): string[] {
  const { number, outcome, postmortemDueAt } = incident
  const last = incident.timeline.findLast(isStanding)
  if (outcome === 'cancelled') return ['  Nothing is open.']
  if (last === undefined)
    return ['  Nothing is open; the post-mortem is drafted within seconds after the closing.']
  if (last.kind === 'postmortem.published')
    return [
      `  Nothing is open; the post-mortem is published.`,
      command(`postmortem show ${number}`, view, 'read it:'),
    ]
  if (last.kind === 'postmortem.drafted' && postmortemDueAt === null)
    return [
      '  Nothing is open; no post-mortem is asked for, and the draft of one is there.',
      command(`postmortem edit ${number}`, view, 'write:'),
    ]
  const isReviewed = last.kind === 'postmortem.reviewed'
  const isDue =
    postmortemDueAt !== null && !incident.timeline.some(({ kind }) => kind === 'postmortem.published')
  const due = isDue ? `, due ${deadline(postmortemDueAt, view)}` : ''
  const state = isReviewed ? 'the post-mortem is reviewed and waits to be published' : whatIsMissing(last)
  return [
    ...hanging('  ', 2, `One thing is left: ${state}${due}.`, 'plain', view),
    isReviewed
      ? command(`postmortem publish ${number}`, view, 'publish:')
      : command(`postmortem edit ${number}`, view, 'write:'),
  ]
}

type Standing = Extract<
  TimelineEntry,
  {
    kind:
      | 'postmortem.drafted'
      | 'postmortem.edited'
      | 'postmortem.reviewed'
      | 'postmortem.published'
      | 'postmortem.reopened'
  }
>

function isStanding(entry: TimelineEntry): entry is Standing {
  return entry.kind.startsWith('postmortem.')
}

function whatIsMissing(last: Standing): string {
  return last.kind === 'postmortem.drafted'
    ? 'the draft of the post-mortem lacks what only people know'
    : `version ${last.data.version} of the post-mortem is not published`
}

function deadline(dueAt: string, { clock, now }: View): string {
  const dueMs = Date.parse(dueAt)
  const left = dueMs > now ? `in ${wholeDuration(dueMs - now)}` : 'overdue'
  return `${clock.exact(dueMs)} (${left})`
}
