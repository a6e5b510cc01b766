import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import { alertEpisodes, ruleList } from '../../contracts/rule-views.ts'
import { listEpisodes } from '../../store/alert-episodes.ts'
import type { Pool } from '../../store/database.ts'
import { listRules } from '../../store/rule-views.ts'
import { documented } from '../documented.ts'
import { episode } from '../examples.ts'
import { type Api, lookUpText } from '../validation.ts'

const alertsPerPage = 200
const rulesPerPage = 1_000

const alertQuery = z.strictObject({
  system: lookUpText(limits.labelValueLength).optional(),
  name: lookUpText(limits.labelValueLength).optional(),
  limit: z.coerce.number().int().min(1).max(alertsPerPage).default(alertsPerPage),
  cursor: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The `nextCursor` of the page before'),
})

const ruleQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(rulesPerPage).default(rulesPerPage),
  cursor: lookUpText(63).optional().describe('The `nextCursor` of the page before'),
})

/** What fires, what has fired, and what the rules of our own see; of every source. */
export function alertRoutes(app: Api, { pool }: { pool: Pool }): void {
  app.get('/v1/alerts/active', firing, request => listEpisodes(pool, { ...request.query, isFiring: true }))
  app.get('/v1/alerts/history', fired, request => listEpisodes(pool, { ...request.query, isFiring: false }))
  app.get('/v1/rules', listing, request => listRules(pool, request.query))
}

const refusedLimit = {
  query: { limit: '0' },
  message: 'The query does not fit: limit: Too small: expected number to be >=1.',
  fields: { faults: [{ field: 'limit', problem: 'Too small: expected number to be >=1' }] },
}

const firing = documented({
  access: 'incidents.read',
  chapter: 'Alerts',
  id: 'listActiveAlerts',
  summary: 'List the alerts that fire now',
  description: 'Whatever their source, the newest first.',
  schema: { querystring: alertQuery, response: { 200: alertEpisodes } },
  examples: {
    all: { summary: 'What fires?', reply: { alerts: [episode], nextCursor: null } },
    none: {
      summary: 'Of a system where nothing fires',
      query: { system: 'billing' },
      reply: { alerts: [], nextCursor: null },
    },
    muted: {
      summary: 'One that is quiet since a person ended its incident',
      query: { name: episode.name },
      reply: { alerts: [{ ...episode, mutedUntil: '2026-03-14T07:10:00.000Z' }], nextCursor: null },
    },
  },
  errors: { bad_request: refusedLimit },
})

const fired = documented({
  access: 'incidents.read',
  chapter: 'Alerts',
  id: 'listAlertHistory',
  summary: 'List when alerts have fired',
  description:
    'Every time an alert fired, those that fire now included, the newest first. An alert that outlives its incident goes on as another entry of the next one.',
  schema: { querystring: alertQuery, response: { 200: alertEpisodes } },
  examples: {
    newest: { summary: 'The newest', query: { limit: '20' }, reply: { alerts: [episode], nextCursor: null } },
  },
  errors: { bad_request: refusedLimit },
})

const listing = documented({
  access: 'incidents.read',
  chapter: 'Alerts',
  id: 'listRules',
  summary: 'List the threshold rules',
  description: 'What each measures, what it saw last, its phase, and why it cannot be measured.',
  schema: { querystring: ruleQuery, response: { 200: ruleList } },
  examples: { none: { summary: 'No rule is configured', reply: { rules: [], nextCursor: null } } },
  errors: { bad_request: refusedLimit },
})
