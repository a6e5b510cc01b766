/** The declarations of incident-acts.ts: bodies, replies, examples. */
import { z } from 'zod'
import { impacts, severities } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import {
  acknowledgement,
  assessedImpact,
  assessedSeverity,
  changedIncident,
  requestedCancel,
  requestedResolve,
} from '../../contracts/act-views.ts'
import { documented } from '../documented.ts'
import { incidentHasEnded, noSuchIncident, ofOpenIncident, openIncident } from '../examples.ts'
import { emptyBody, writtenText } from '../validation.ts'
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
  errors,
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
