import { z } from 'zod'
import { auditPage, auditRowsPage, historyList } from '../../contracts/audit-views.ts'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { documented, type ErrorExample } from '../documented.ts'
import {
  archivedRun,
  endedIncident,
  noSuchIncident,
  ofOpenIncident,
  openIncident,
  unfrozen,
} from '../examples.ts'
import { incidentNumberText } from '../validation.ts'
import { incidentParams } from './incidents.ts'

const entriesQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).describe('A `seq`; entries after it are given'),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
  incident: incidentNumberText.optional().describe('Only its entries, and those of no incident'),
})

const rowsQuery = z.strictObject({
  after: incidentNumberText.optional().describe('The `nextCursor` of the page before'),
  incident: incidentNumberText.optional(),
  /** A long incident has thousands of samples; fifty of them fit an answer. */
  limit: z.coerce.number().int().min(1).max(50).default(20),
})

const runParams = incidentParams.extend({ runId: z.string().regex(/^[\w-]{1,64}$/, 'must be a run id') })

function noNumber(field: string): ErrorExample<never> {
  const problem = 'must look like INC-2026-01-31-001'
  const message = `The query does not fit: ${field}: ${problem}.`
  return { query: { [field]: 'INC-1' }, message, fields: { faults: [{ field, problem }] } }
}

const head = { seq: 1, hash: 'b14f51d2dff3dbba1ac86fbca2f7bc3e9c1d81e3df99c5a2cfa7e5ac3c6d3c56' }

export const readingEntries = documented({
  access: 'audit.read',
  chapter: 'Record',
  id: 'readAuditEntries',
  summary: 'Read the log as it is chained',
  description:
    'Oldest first, with the `head` at the same moment. docs/audit.md says what is hashed and has a short program that checks it.',
  schema: { querystring: entriesQuery, response: { 200: auditPage } },
  examples: {
    all: {
      summary: 'From the beginning',
      reply: {
        entries: [
          {
            ...head,
            incident: null,
            recordedAt: '2026-03-14T03:02:09.866Z',
            prevHash: '0'.repeat(64),
            content:
              '{"actor":"person:mia","at":"2026-03-14T03:02:09.860Z","data":{},"incident":null,"kind":"freeze.off","version":1}',
          },
        ],
        head,
      },
    },
    ofOne: {
      summary: 'What one incident needs to be checked, a page at a time',
      query: { incident: openIncident, after: '1', limit: '100' },
      reply: { entries: [], head },
    },
  },
  errors: { bad_request: noNumber('incident') },
})

export const readingRows = documented({
  access: 'audit.read',
  chapter: 'Record',
  id: 'readAuditRows',
  summary: 'Read the rows of incidents',
  description:
    'By number, with the freeze and the runbooks in force, as they were when `head` was the newest entry: what they have to say follows from the entries up to it.',
  schema: { querystring: rowsQuery, response: { 200: auditRowsPage } },
  examples: {
    all: {
      summary: 'The first page of a service that has seen nothing',
      reply: {
        head: { seq: 0, hash: '0'.repeat(64) },
        freeze: unfrozen,
        runbooks: [],
        missedRuns: [],
        incidents: [],
        nextCursor: null,
      },
    },
    ofOne: {
      summary: 'The rows of one incident',
      query: { incident: openIncident },
      reply: { head, freeze: unfrozen, runbooks: [], missedRuns: [], incidents: [], nextCursor: null },
    },
  },
  errors: { bad_request: noNumber('after') },
})

const ofEndedIncident = { params: { number: endedIncident } }

export const listingHistories = documented({
  access: 'audit.read',
  chapter: 'Record',
  id: 'listHistories',
  summary: 'List the archived runs of an incident',
  description: "The runs of its workflow; `sha256` is that of the history's JSON before compression.",
  schema: { params: incidentParams, response: { 200: historyList } },
  examples: {
    ended: {
      summary: 'An incident that has closed',
      ...ofEndedIncident,
      reply: { number: endedIncident, workflowId: incidentWorkflowId(endedIncident), runs: [archivedRun] },
    },
  },
  errors: {
    not_found: noSuchIncident,
    history_not_archived: {
      ...ofOpenIncident,
      message: `${openIncident} is still in detection; its history is archived when it has closed.`,
      fields: { number: openIncident, phase: 'detection' },
    },
  },
})

export const readingHistory = documented({
  access: 'audit.read',
  chapter: 'Record',
  id: 'readHistory',
  summary: 'Read an archived run',
  description: "Temporal's history as JSON, compressed with gzip, byte for byte as it was archived.",
  schema: { params: runParams, response: { 200: z.instanceof(Buffer).or(z.string()) } },
  replyType: 'application/gzip',
  examples: {
    run: {
      summary: 'A file',
      params: { number: endedIncident, runId: archivedRun.runId },
      reply: 'a file that `gunzip` reads',
    },
  },
  errors: {
    not_found: {
      params: { number: endedIncident, runId: 'no-such-run' },
      message: `${endedIncident} has no archived run no-such-run.`,
      fields: { number: endedIncident },
    },
  },
})
