import { z } from 'zod'
import { phases, severities } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import type { IncidentDetail, IncidentList } from '../../contracts/views.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import { mustExist } from '../../store/acts.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { showIncident } from '../show-incident.ts'
import { listIncidents } from '../../store/incident-views.ts'
import { type Api, incidentNumberText, lookUpText } from '../validation.ts'

const listQuery = z.strictObject({
  phase: z.enum(phases).optional(),
  open: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  severity: z.enum(severities).optional(),
  system: lookUpText(limits.labelValueLength).optional(),
  /** A screenful, and at most what one page can show. */
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: incidentNumberText.optional(),
})

const timelineQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
})

export const incidentParams = z.strictObject({ number: incidentNumberText })

/** What is and was: lists come from PostgreSQL, never from Temporal. */
export function incidentRoutes(app: Api, { pool }: { pool: Pool }): void {
  const config = { access: 'incidents.read' } as const

  app.get(
    '/v1/incidents',
    { config, schema: { querystring: listQuery } },
    (request): Promise<IncidentList> => {
      return listIncidents(pool, request.query)
    },
  )

  app.get(
    '/v1/incidents/:number',
    { config, schema: { params: incidentParams } },
    (request): Promise<IncidentDetail> => {
      return showIncident(pool, request.params.number)
    },
  )

  /** Oldest first; give the last `seq` as `after` for what comes next. */
  app.get(
    '/v1/incidents/:number/timeline',
    { config, schema: { params: incidentParams, querystring: timelineQuery } },
    async (request): Promise<{ entries: TimelineEntry[] }> => {
      await mustExist(pool, request.params.number)
      const { after, limit } = request.query
      return { entries: await readTimeline(pool, request.params.number, after, limit) }
    },
  )
}
