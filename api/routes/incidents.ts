import { z } from 'zod'
import { runbookView } from '../../contracts/audit-views.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { phases, severities } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { incidentDetail, incidentList, timelinePage } from '../../contracts/views.ts'
import { mustExist } from '../../store/acts.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { showIncident } from '../show-incident.ts'
import { listIncidents } from '../../store/incident-views.ts'
import { readRunbookOf } from '../../store/runbooks.ts'
import { documented } from '../documented.ts'
import { detail, entry, noSuchIncident, ofOpenIncident, runbookOfNight, summary } from '../examples.ts'
import { type Api, incidentNumberText, lookUpText } from '../validation.ts'

const listQuery = z.strictObject({
  phase: z.enum(phases).optional(),
  open: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .meta({ enum: ['true', 'false'], description: '`true`: from detection to verification' }),
  severity: z.enum(severities).optional(),
  system: lookUpText(limits.labelValueLength).optional(),
  /** A screenful, and at most what one page can show. */
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: incidentNumberText.optional().describe('The `nextCursor` of the page before'),
})

const timelineQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).describe('A `seq`; entries after it are given'),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
})

export const incidentParams = z.strictObject({ number: incidentNumberText })

/** What is and was: lists come from PostgreSQL, never from Temporal. */
export function incidentRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/incidents', listing, request => listIncidents(pool, request.query))

  app.get('/v1/incidents/:number', showing, request => showIncident(pool, request.params.number, clock()))

  app.get('/v1/incidents/:number/timeline', telling, async request => {
    await mustExist(pool, request.params.number)
    const { after, limit } = request.query
    return { entries: await readTimeline(pool, request.params.number, after, limit) }
  })

  app.get('/v1/incidents/:number/runbook', showingRunbook, async request => {
    const { number } = request.params
    const { version } = request.query
    await mustExist(pool, number)
    const runbook = await readRunbookOf(pool, number, version)
    if (runbook === undefined)
      throw new CodedError('not_found', `${number} has run no such version.`, { fields: { number } })
    return runbook
  })
}

const runbookQuery = z.strictObject({ version: lookUpText(64).exactOptional() })

const listing = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'listIncidents',
  summary: 'List incidents',
  description: 'The newest first, a page at a time.',
  schema: { querystring: listQuery, response: { 200: incidentList } },
  examples: {
    open: {
      summary: 'What is broken now?',
      query: { open: 'true' },
      reply: { incidents: [summary], nextCursor: null },
    },
    paged: {
      summary: 'The newest of one system, one a page',
      query: { system: 'orders', limit: '1' },
      reply: { incidents: [summary], nextCursor: summary.number },
    },
  },
  errors: {
    bad_request: {
      query: { cursor: 'INC-1' },
      message: 'The query does not fit: cursor: must look like INC-2026-01-31-001.',
      fields: { faults: [{ field: 'cursor', problem: 'must look like INC-2026-01-31-001' }] },
    },
  },
})

const showing = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'readIncident',
  summary: 'Show everything about an incident',
  description:
    'The summary, its alerts, the questions to people with their plans, what was done and whom it paged, and the timeline.',
  schema: { params: incidentParams, response: { 200: incidentDetail } },
  examples: { open: { summary: 'An open incident', ...ofOpenIncident, reply: detail } },
  errors: { not_found: noSuchIncident },
})

const telling = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'readTimeline',
  summary: 'Read the audit entries of an incident',
  description:
    'Oldest first. Give the last `seq` as `after` for what comes next. What `data` holds follows from `kind`.',
  schema: { params: incidentParams, querystring: timelineQuery, response: { 200: timelinePage } },
  examples: {
    all: { summary: 'From the beginning', ...ofOpenIncident, reply: { entries: [entry] } },
    later: {
      summary: 'What came after an entry',
      ...ofOpenIncident,
      query: { after: '2', limit: '100' },
      reply: { entries: [entry] },
    },
  },
  errors: { not_found: noSuchIncident },
})

const showingRunbook = documented({
  access: 'incidents.read',
  chapter: 'Incidents',
  id: 'readRunbook',
  summary: 'Show the runbook of an incident',
  description:
    'In the version the incident runs, whatever the runbook says by now; with `version`, the hash of one it ran before it was moved, in that. `hash` lets the reader check it.',
  schema: { params: incidentParams, querystring: runbookQuery, response: { 200: runbookView } },
  examples: { open: { summary: 'The runbook it runs', ...ofOpenIncident, reply: runbookOfNight } },
  errors: { not_found: noSuchIncident },
})
