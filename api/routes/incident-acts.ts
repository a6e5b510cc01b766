import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { impacts, severities } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import {
  type Act,
  acknowledge,
  addNote,
  requestCancel,
  requestResolve,
  setImpact,
  setSeverity,
} from '../../store/acts.ts'
import type { Pool } from '../../store/database.ts'
import { principalOf } from '../access.ts'
import { type Api, emptyBody, writtenText } from '../validation.ts'
import { incidentParams } from './incidents.ts'

const reason = writtenText(limits.reasonLength)
const noteBody = z.strictObject({ text: writtenText(limits.noteLength) })
const severityBody = z.strictObject({ severity: z.enum(severities), reason: reason.exactOptional() })
const impactBody = z.strictObject({ impact: z.enum(impacts), reason: reason.exactOptional() })
const resolveBody = z.strictObject({ reason: reason.exactOptional() })
const cancelBody = z.strictObject({ reason })

/** What people do to an incident. Each answers with what is now true. */
export function incidentActRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  const params = incidentParams
  const act = (request: FastifyRequest & { params: z.output<typeof params> }): Act => {
    return { number: request.params.number, by: principalOf(request).name, atMs: clock() }
  }

  const acknowledging = {
    config: { access: 'incidents.acknowledge' },
    schema: { params, body: emptyBody },
  } as const
  app.post('/v1/incidents/:number/acknowledge', acknowledging, request => acknowledge(pool, act(request)))

  const noting = { config: { access: 'incidents.note' }, schema: { params, body: noteBody } } as const
  app.post('/v1/incidents/:number/notes', noting, async request => {
    await addNote(pool, { ...act(request), ...request.body })
    return { number: request.params.number }
  })

  const assessing = { config: { access: 'incidents.assess' } } as const
  app.post(
    '/v1/incidents/:number/severity',
    { ...assessing, schema: { params, body: severityBody } },
    async request => {
      await setSeverity(pool, { ...act(request), ...request.body })
      return { number: request.params.number, severity: request.body.severity }
    },
  )

  app.post(
    '/v1/incidents/:number/impact',
    { ...assessing, schema: { params, body: impactBody } },
    async request => {
      await setImpact(pool, { ...act(request), ...request.body })
      return { number: request.params.number, impact: request.body.impact }
    },
  )

  const ending = { config: { access: 'incidents.end' } } as const
  app.post(
    '/v1/incidents/:number/resolve',
    { ...ending, schema: { params, body: resolveBody } },
    async request => {
      const { alertsFiring } = await requestResolve(pool, { ...act(request), ...request.body })
      return { number: request.params.number, alertsFiring }
    },
  )

  app.post(
    '/v1/incidents/:number/cancel',
    { ...ending, schema: { params, body: cancelBody } },
    async request => {
      await requestCancel(pool, { ...act(request), ...request.body })
      return { number: request.params.number }
    },
  )
}
