import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import type { PostmortemList, PostmortemView } from '../../contracts/postmortem-views.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import { renderIncidentLog } from '../../postmortem/incident-log.ts'
import { renderMarkdown } from '../../postmortem/markdown.ts'
import type { Pool } from '../../store/database.ts'
import { listPostmortems, readPostmortem } from '../../store/postmortem-views.ts'
import {
  editPostmortem,
  publishPostmortem,
  reopenPostmortem,
  reviewPostmortem,
} from '../../store/postmortems.ts'
import { principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import type { incidentParams as params } from './incidents.ts'
import { editing, listing, publishing, reading, reopening, reviewing } from './postmortems-declared.ts'

/** What was learned from an incident. What is on record is generated; people write the rest, one version after the other. */
export function postmortemRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  const act = (request: FastifyRequest & { params: z.output<typeof params> }) => {
    return { number: request.params.number, by: principalOf(request).name, atMs: clock() }
  }

  app.get('/v1/postmortems', listing, (request): Promise<PostmortemList> =>
    listPostmortems(pool, { ...request.query, atMs: clock() }),
  )

  app.get('/v1/incidents/:number/postmortem', reading, async (request, reply) => {
    const { format, version: asked } = request.query
    const view = await readPostmortem(
      pool,
      { number: request.params.number, version: asked, atMs: clock() },
      foldFacts,
    )
    if (format === 'json') return view
    void reply.type('text/markdown; charset=utf-8')
    const text = format === 'markdown' ? renderMarkdown(view) : renderIncidentLog(view)
    // The declared reply is the JSON; what is no JSON is sent as it is.
    return text as unknown as PostmortemView
  })

  app.put(
    '/v1/incidents/:number/postmortem',
    { ...editing, bodyLimit: limits.postmortemBodyBytes },
    request => editPostmortem(pool, { ...act(request), ...request.body }),
  )

  app.post('/v1/incidents/:number/postmortem/review', reviewing, async request => {
    await reviewPostmortem(pool, { ...act(request), ...request.body })
    return { version: request.body.version }
  })

  app.post('/v1/incidents/:number/postmortem/publish', publishing, request =>
    publishPostmortem(pool, { ...act(request), ...request.body }, foldFacts),
  )

  app.post('/v1/incidents/:number/postmortem/reopen', reopening, request =>
    reopenPostmortem(pool, { ...act(request), ...request.body }),
  )
}
