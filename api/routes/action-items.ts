import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import { actionItemList, type ActionItemList, finishedActionItem } from '../../contracts/postmortem-views.ts'
import { finishActionItem, listActionItems } from '../../store/action-items.ts'
import type { Pool } from '../../store/database.ts'
import { principalOf } from '../access.ts'
import { documented } from '../documented.ts'
import { endedIncident } from '../examples.ts'
import { actionItem, ofPostmortem, postmortemSummary } from '../postmortem-examples.ts'
import { type Api, incidentNumberText, writtenText } from '../validation.ts'

const listQuery = z.strictObject({
  state: z.enum(['open', 'overdue', 'done']).optional(),
  owner: z.string().max(limits.labelNameLength).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^INC-\d{4}-\d{2}-\d{2}-\d{3,9}\/\d{1,7}$/, 'must look like INC-2026-01-31-001/1')
    .optional(),
})

const itemParams = z.strictObject({
  number: incidentNumberText,
  item: z.coerce.number().int().min(1).max(1_000_000),
})
const doneBody = z.strictObject({ note: writtenText(limits.reasonLength).exactOptional() })

/** What was promised in post-mortems, and what became of it. */
export function actionItemRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/action-items', listing, (request): Promise<ActionItemList> =>
    listActionItems(pool, { ...request.query, atMs: clock() }),
  )

  app.post('/v1/incidents/:number/action-items/:item/done', finishing, request =>
    finishActionItem(pool, {
      ...request.params,
      ...request.body,
      by: principalOf(request).name,
      atMs: clock(),
    }),
  )
}

const listing = documented({
  access: 'incidents.read',
  chapter: 'Post-mortems',
  id: 'listActionItems',
  summary: 'List action items',
  description: 'What was promised in post-mortems; what is due first on top, what has no date last.',
  schema: { querystring: listQuery, response: { 200: actionItemList } },
  examples: {
    open: {
      summary: 'What is to be done',
      query: { state: 'open' },
      reply: {
        actionItems: [
          { ...actionItem, incident: endedIncident, title: postmortemSummary.title, isOverdue: false },
        ],
        nextCursor: null,
      },
    },
  },
  errors: {
    bad_request: {
      query: { cursor: '1' },
      message: 'The query does not fit: cursor: must look like INC-2026-01-31-001/1.',
      fields: { faults: [{ field: 'cursor', problem: 'must look like INC-2026-01-31-001/1' }] },
    },
  },
})

const finishing = documented({
  access: 'postmortems.write',
  chapter: 'Post-mortems',
  id: 'finishActionItem',
  summary: 'Say that an action item is done',
  description: 'A second one is no error: it says who was first.',
  schema: { params: itemParams, body: doneBody, response: { 200: finishedActionItem } },
  examples: {
    done: {
      summary: 'It is done',
      params: { ...ofPostmortem.params, item: '1' },
      body: { note: 'Released with 2.4' },
      reply: { isFirst: true, by: 'noah', at: '2026-03-20T10:11:12.139Z' },
    },
  },
  errors: {
    not_found: {
      params: { ...ofPostmortem.params, item: '404' },
      message: `${endedIncident} has no action item 404.`,
      hint: `Those it has: npx paramedic postmortem show ${endedIncident}`,
      fields: { number: endedIncident, item: 404 },
    },
  },
})
