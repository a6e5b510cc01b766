/** The declarations of incident-acts.ts: bodies, replies, examples. */
import { z } from 'zod'
import { impacts, severities } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import {
  acknowledgement,
  assessedImpact,
  assessedSeverity,
  changedIncident,
  offeredRebase,
  rebasedIncident,
  requestedCancel,
  requestedResolve,
} from '../../contracts/act-views.ts'
import { documented } from '../documented.ts'
import {
  incidentHasEnded,
  noSuchIncident,
  ofOpenIncident,
  openIncident,
  runbookOfNight,
  stoppingIncident,
  unstartedIncident,
} from '../examples.ts'
import { runningRoutine, runOfRoutine } from '../runbook-examples.ts'
import { emptyBody, lookUpText, writtenText } from '../validation.ts'
import { incidentParams as params } from './incidents.ts'

const reason = writtenText(limits.reasonLength)
const noteBody = z.strictObject({ text: writtenText(limits.noteLength) })
const severityBody = z.strictObject({ severity: z.enum(severities), reason: reason.exactOptional() })
const impactBody = z.strictObject({ impact: z.enum(impacts), reason: reason.exactOptional() })
const resolveBody = z.strictObject({ reason: reason.exactOptional() })
const cancelBody = z.strictObject({ reason })

const errors = { not_found: noSuchIncident, incident_not_open: incidentHasEnded }

export const acknowledging = documented({
  access: 'incidents.acknowledge',
  chapter: 'Incidents',
  id: 'acknowledgeIncident',
  summary: 'Acknowledge an incident',
  description:
    'Somebody works on it: levels of the escalation that wait for this do not page. A second one is no error, it says who was first. A later new alert asks again.',
  schema: { params, body: emptyBody, response: { 200: acknowledgement } },
  examples: {
    first: {
      summary: 'Nobody was faster',
      ...ofOpenIncident,
      body: {},
      reply: { isFirst: true, by: 'mia', at: '2026-03-14T03:03:07.399Z' },
    },
  },
  errors: {
    ...errors,
    nobody_called: {
      params: { number: runOfRoutine },
      message: `${runOfRoutine} is a run of a routine that has called nobody so far.`,
      fields: { number: runOfRoutine },
    },
  },
})

export const noting = documented({
  access: 'incidents.note',
  chapter: 'Incidents',
  id: 'addNote',
  summary: 'Write a note into the timeline',
  description: 'For what Paramedic cannot know. Closed incidents take notes too.',
  schema: { params, body: noteBody, response: { 200: changedIncident } },
  examples: {
    note: {
      summary: 'What somebody found',
      ...ofOpenIncident,
      body: { text: 'The deploy of 02:55 doubled the size of the pool.' },
      reply: { number: openIncident },
    },
  },
  errors: { not_found: noSuchIncident },
})

export const assessingSeverity = documented({
  access: 'incidents.assess',
  chapter: 'Incidents',
  id: 'setSeverity',
  summary: 'Say how severe it is',
  description: "A person's severity stands; measurements may only raise it afterwards.",
  schema: { params, body: severityBody, response: { 200: assessedSeverity } },
  examples: {
    raise: {
      summary: 'It is worse than measured',
      ...ofOpenIncident,
      body: { severity: 'SEV1', reason: 'Checkout fails for everybody' },
      reply: { number: openIncident, severity: 'SEV1' },
    },
  },
  errors,
})

export const assessingImpact = documented({
  access: 'incidents.assess',
  chapter: 'Incidents',
  id: 'setImpact',
  summary: 'Say whether customers are affected',
  description: 'Unknown counts as yes wherever somebody has to be paged.',
  schema: { params, body: impactBody, response: { 200: assessedImpact } },
  examples: {
    none: {
      summary: 'Customers notice nothing',
      ...ofOpenIncident,
      body: { impact: 'no', reason: 'Only the nightly export' },
      reply: { number: openIncident, impact: 'no' },
    },
  },
  errors,
})

const running = { hash: 'runbook-hash', runbook: runbookOfNight.runbook }
const ofRun = {
  params: { number: runOfRoutine },
  message: `${runOfRoutine} is a run of the routine ${runningRoutine}, and a run keeps its version.`,
  fields: { number: runOfRoutine, runbook: runningRoutine },
}
const stillInPlace = {
  params: { number: stoppingIncident },
  message: `In ${stoppingIncident} what stop-worker did for the time of the incident is still in place.`,
  fields: { number: stoppingIncident, steps: ['stop-worker'] },
}
const rebaseBody = z.strictObject({
  to: lookUpText(64).describe('The version that was read: the hash of the one in force'),
  reason: reason.exactOptional(),
})

export const offeringRebase = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'showRebase',
  summary: 'What a rebase would move it to',
  description: 'The version of its runbook that an incident runs, and the one in force of the same name.',
  schema: { params, response: { 200: offeredRebase } },
  examples: {
    same: {
      summary: 'It runs the version in force',
      ...ofOpenIncident,
      reply: { number: openIncident, from: running, to: running },
    },
  },
  errors: { not_found: noSuchIncident, routine_not_moved: ofRun, temporary_in_place: stillInPlace },
})

export const rebasing = documented({
  access: 'incidents.rebase',
  chapter: 'Incidents',
  id: 'rebaseIncident',
  summary: 'Move an open incident to the version in force of its runbook',
  description:
    'From the answer on no plan of the version before is allowed or carried out; the ladder goes on at the first step of the new version that was not tried. A second time is no error.',
  schema: { params, body: rebaseBody, response: { 200: rebasedIncident } },
  examples: {
    again: {
      summary: 'It runs that version already',
      ...ofOpenIncident,
      body: { to: running.hash },
      reply: { number: openIncident, from: running.hash, to: running.hash, isChange: false },
    },
  },
  errors: {
    not_found: { ...noSuchIncident, body: { to: running.hash } },
    incident_not_open: { ...incidentHasEnded, body: { to: running.hash } },
    routine_not_moved: { ...ofRun, body: { to: running.hash } },
    runbook_changed: {
      ...ofOpenIncident,
      body: { to: 'f'.repeat(64) },
      message: `Version ${'f'.repeat(12)} of default is not in force; ${running.hash} is.`,
      fields: { number: openIncident, runbook: 'default', inForce: running.hash },
    },
    incident_not_started: {
      params: { number: unstartedIncident },
      body: { to: running.hash },
      message: `The workflow of ${unstartedIncident} has not begun.`,
      fields: { number: unstartedIncident },
    },
    temporary_in_place: { ...stillInPlace, body: { to: running.hash } },
  },
})

export const resolving = documented({
  access: 'incidents.end',
  chapter: 'Incidents',
  id: 'resolveIncident',
  summary: 'End an incident as resolved',
  description:
    'Nothing new begins in it, and it closes when what was temporary is taken back. While alerts fire a reason is required, and those alerts stay quiet for four hours.',
  schema: { params, body: resolveBody, response: { 200: requestedResolve } },
  examples: {
    reasoned: {
      summary: 'Although an alert still fires',
      ...ofOpenIncident,
      body: { reason: 'The alert is wrong since the move' },
      reply: { number: openIncident, alertsFiring: 1, unticked: [], toTakeBack: [] },
    },
  },
  errors: {
    ...errors,
    reason_required: {
      ...ofOpenIncident,
      body: {},
      message: `${openIncident} still has 1 firing alert.`,
      fields: { number: openIncident, alertsFiring: 1 },
    },
  },
})

export const cancelling = documented({
  access: 'incidents.end',
  chapter: 'Incidents',
  id: 'cancelIncident',
  summary: 'End an incident that should not be one',
  description: 'Nothing new begins in it, and it closes as cancelled when what was temporary is taken back.',
  schema: { params, body: cancelBody, response: { 200: requestedCancel } },
  examples: {
    test: {
      summary: 'It was a test',
      ...ofOpenIncident,
      body: { reason: 'A test of the new alert' },
      reply: { number: openIncident, unticked: [], toTakeBack: [] },
    },
  },
  errors,
})
