/** Says in one sentence what an entry of the timeline means, for somebody who was asleep a minute ago. */
import { postmortemDeadlineOf } from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { narrateAlert } from './narrate/alerts.ts'
import { narrateClaim } from './narrate/effects.ts'
import { narrateGate } from './narrate/gates.ts'
import { narrateIncident } from './narrate/incidents.ts'
import { narrateMeasurement } from './narrate/measurements.ts'
import { narratePage } from './narrate/pages.ts'
import { narratePerson } from './narrate/people.ts'
import { narratePostmortem, narratePostmortemPage } from './narrate/postmortems.ts'
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
  switch (entry.kind) {
    case 'alert.firing':
    case 'alert.resolved':
      return narrateAlert(entry, words)
    case 'incident.opened':
    case 'phase.changed':
    case 'recovery.held':
    case 'recovery.lost':
    case 'ladder.exhausted':
    case 'incident.closed':
    case 'routine.needs-people':
    case 'routine.stopped':
    case 'routine.missed':
      return narrateIncident(entry)
    case 'check.measured':
    case 'triage.assessed':
    case 'recheck.failed':
    case 'verification.ended':
      return narrateMeasurement(entry, words)
    case 'severity.changed':
    case 'impact.changed':
    case 'acknowledged':
    case 'note':
    case 'resolve.requested':
    case 'cancel.requested':
    case 'freeze.on':
    case 'freeze.off':
      return narratePerson(entry)
    case 'step.planned':
    case 'step.waits':
    case 'step.ended':
    case 'freeze.met':
      return narrateStep(entry, words)
    case 'undo.registered':
    case 'undo.ended':
      return narrateUndo(entry, words)
    case 'gate.opened':
    case 'gate.voted':
    case 'gate.decided':
    case 'gate.expired':
    case 'gate.withdrawn':
      return narrateGate(entry, words)
    case 'claim.made':
    case 'claim.abandoned':
    case 'effect.ended':
    case 'effect.probed':
      return narrateClaim(entry, words)
    case 'page.sent':
    case 'page.suppressed':
    case 'page.failed':
      return postmortemDeadlineOf(entry.data.pageId) === undefined
        ? narratePage(entry)
        : narratePostmortemPage(entry, words)
    case 'postmortem.drafted':
    case 'postmortem.edited':
    case 'postmortem.reviewed':
    case 'postmortem.published':
    case 'postmortem.reopened':
    case 'action-item.done':
      return narratePostmortem(entry, words)
    case 'news.told':
    case 'news.failed':
    case 'contact.test':
    case 'contact.tested':
      return narratePage(entry)
    case 'history.archived':
    case 'message.unknown':
    case 'runbook.tested':
      return narrateRecord(entry)
    case 'runbook.in-force':
    case 'runbook.withdrawn':
    case 'runbook.held-back':
    case 'runbook.mended':
      return narrateRunbook(entry)
    case 'supervision.found':
    case 'supervision.paged':
    case 'supervision.ended':
      return narrateSupervision(entry, words)
    default:
      return narrateUnknown(entry)
  }
}

/** A newer service may record what this program does not know; that must not hide the rest. */
function narrateUnknown(entry: never): Narration {
  const { kind } = entry as { kind: unknown }
  return { text: `${String(kind)} (this paramedic is older than the service)`, tone: 'quiet' }
}
