/** The kinds of entry that the record of an incident may have, by name; what concerns the service or a version of a runbook is in none. */
import type { TimelineKind } from './timeline.ts'

/** Written without an incident. */
type Elsewhere =
  | 'contact.test'
  | 'contact.tested'
  | 'freeze.off'
  | 'freeze.on'
  | 'message.unknown'
  | 'routine.missed'
  | `runbook.${'held-back' | 'in-force' | 'mended' | 'tested' | 'withdrawn'}`
  | `supervision.${'ended' | 'found' | 'paged'}`

export type IncidentKind = Exclude<TimelineKind, Elsewhere>

/** The compiler holds it complete. */
const kinds: Record<IncidentKind, true> = {
  'alert.firing': true,
  'alert.resolved': true,
  'incident.opened': true,
  'routine.needs-people': true,
  'routine.stopped': true,
  'runbook.rebased': true,
  'rebase.taken': true,
  'levels.covered': true,
  'phase.changed': true,
  'check.measured': true,
  'triage.assessed': true,
  'severity.changed': true,
  'impact.changed': true,
  'recheck.failed': true,
  'step.planned': true,
  'step.waits': true,
  'undo.registered': true,
  'undo.ended': true,
  'step.ended': true,
  'gate.opened': true,
  'gate.voted': true,
  'gate.decided': true,
  'gate.expired': true,
  'gate.withdrawn': true,
  'claim.made': true,
  'claim.abandoned': true,
  'effect.ended': true,
  'effect.probed': true,
  'verification.ended': true,
  'ladder.exhausted': true,
  'page.sent': true,
  'page.suppressed': true,
  'page.failed': true,
  'news.told': true,
  'news.failed': true,
  acknowledged: true,
  note: true,
  'resolve.requested': true,
  'cancel.requested': true,
  'recovery.held': true,
  'recovery.lost': true,
  'incident.closed': true,
  'freeze.met': true,
  'history.archived': true,
  'postmortem.drafted': true,
  'postmortem.edited': true,
  'postmortem.reviewed': true,
  'postmortem.published': true,
  'postmortem.reopened': true,
  'action-item.done': true,
}

export const timelineKinds = Object.keys(kinds) as IncidentKind[]

export function isTimelineKind(name: string): name is IncidentKind {
  return Object.hasOwn(kinds, name)
}
