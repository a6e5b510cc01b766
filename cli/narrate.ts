/** Says in one sentence what an entry of the timeline means, for somebody who was asleep a minute ago. */
import { postmortemDeadlineOf } from '../contracts/postmortem.ts'
import type { TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import { narrateAlert } from './narrate/alerts.ts'
import { narrateClaim } from './narrate/effects.ts'
import { narrateGate } from './narrate/gates.ts'
import { narrateIncident } from './narrate/incidents.ts'
import { narrateMeasurement } from './narrate/measurements.ts'
import { narratePage } from './narrate/pages.ts'
import { narratePerson } from './narrate/people.ts'
import { narratePostmortem, narratePostmortemPage } from './narrate/postmortems.ts'
import { narrateRebase } from './narrate/rebase.ts'
import { narrateRecord } from './narrate/records.ts'
import { narrateRunbook } from './narrate/runbooks.ts'
import type { Narration, NarrationWords } from './narrate/narration.ts'
import { narrateStep } from './narrate/steps.ts'
import { narrateSupervision } from './narrate/supervision.ts'
import { narrateUndo } from './narrate/undos.ts'
import { oneLine } from './terminal/plain-text.ts'

/** Texts in it come from outside and are made inert here, whatever the caller has done. */
export function narrate(entry: TimelineEntry, words: NarrationWords): Narration {
  const { text, detail = [], ...rest } = sentenceFor(entry, words)
  return { ...rest, text: oneLine(text), detail: detail.map(oneLine) }
}

function sentenceFor(entry: TimelineEntry, words: NarrationWords): Narration {
  const { kind } = entry
  if (!Object.hasOwn(narrators, kind)) return narrateUnknown(kind)
  // The table ties each kind to its narrator, which the compiler does not follow across a look-up.
  return (narrators[kind] as Narrator)(entry, words)
}

type Narrator<K extends TimelineKind = TimelineKind> = (
  entry: Extract<TimelineEntry, { kind: K }>,
  words: NarrationWords,
) => Narration

const narrators: { [K in TimelineKind]: Narrator<K> } = {
  'alert.firing': narrateAlert,
  'alert.resolved': narrateAlert,
  'runbook.rebased': narrateRebase,
  'rebase.taken': narrateRebase,
  'levels.covered': narrateRebase,
  'incident.opened': narrateIncident,
  'phase.changed': narrateIncident,
  'recovery.held': narrateIncident,
  'recovery.lost': narrateIncident,
  'ladder.exhausted': narrateIncident,
  'incident.closed': narrateIncident,
  'routine.needs-people': narrateIncident,
  'routine.stopped': narrateIncident,
  'routine.missed': narrateIncident,
  'check.measured': narrateMeasurement,
  'triage.assessed': narrateMeasurement,
  'recheck.failed': narrateMeasurement,
  'verification.ended': narrateMeasurement,
  'severity.changed': narratePerson,
  'impact.changed': narratePerson,
  acknowledged: narratePerson,
  note: narratePerson,
  'resolve.requested': narratePerson,
  'cancel.requested': narratePerson,
  'freeze.on': narratePerson,
  'freeze.off': narratePerson,
  'step.planned': narrateStep,
  'step.waits': narrateStep,
  'step.ended': narrateStep,
  'freeze.met': narrateStep,
  'undo.registered': narrateUndo,
  'undo.ended': narrateUndo,
  'gate.opened': narrateGate,
  'gate.voted': narrateGate,
  'gate.decided': narrateGate,
  'gate.expired': narrateGate,
  'gate.withdrawn': narrateGate,
  'claim.made': narrateClaim,
  'claim.abandoned': narrateClaim,
  'effect.ended': narrateClaim,
  'effect.probed': narrateClaim,
  'page.sent': narrateAnyPage,
  'page.suppressed': narrateAnyPage,
  'page.failed': narrateAnyPage,
  'postmortem.drafted': narratePostmortem,
  'postmortem.edited': narratePostmortem,
  'postmortem.reviewed': narratePostmortem,
  'postmortem.published': narratePostmortem,
  'postmortem.reopened': narratePostmortem,
  'action-item.done': narratePostmortem,
  'news.told': narratePage,
  'news.failed': narratePage,
  'contact.test': narratePage,
  'contact.tested': narratePage,
  'history.archived': narrateRecord,
  'message.unknown': narrateRecord,
  'runbook.tested': narrateRecord,
  'runbook.in-force': narrateRunbook,
  'runbook.withdrawn': narrateRunbook,
  'runbook.held-back': narrateRunbook,
  'runbook.mended': narrateRunbook,
  'supervision.found': narrateSupervision,
  'supervision.paged': narrateSupervision,
  'supervision.ended': narrateSupervision,
}

/** A page about an incident, or one about the post-mortem that is due. */
function narrateAnyPage(
  entry: Extract<TimelineEntry, { kind: 'page.sent' | 'page.suppressed' | 'page.failed' }>,
  words: NarrationWords,
): Narration {
  return postmortemDeadlineOf(entry.data.pageId) === undefined
    ? narratePage(entry)
    : narratePostmortemPage(entry, words)
}

/** A newer service may record what this program does not know; that must not hide the rest. */
function narrateUnknown(kind: string): Narration {
  return { text: `${kind} (this paramedic is older than the service)`, tone: 'quiet' }
}
