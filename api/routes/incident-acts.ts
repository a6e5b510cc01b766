import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import {
  acknowledge,
  addNote,
  requestCancel,
  requestResolve,
  setImpact,
  setSeverity,
} from '../../store/acts.ts'
import type { Pool } from '../../store/database.ts'
import type { PersonsAct } from '../../store/persons-act.ts'
import { principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import {
  acknowledging,
  assessingImpact,
  assessingSeverity,
  cancelling,
  noting,
  resolving,
} from './incident-acts-declared.ts'
import type { incidentParams } from './incidents.ts'

/** What people do to an incident. Each answers with what is now true. */
export function incidentActRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  const act = (request: FastifyRequest & { params: z.output<typeof incidentParams> }): PersonsAct => {
    return { number: request.params.number, by: principalOf(request).name, atMs: clock() }
  }

  app.post('/v1/incidents/:number/acknowledge', acknowledging, request => acknowledge(pool, act(request)))

  app.post('/v1/incidents/:number/notes', noting, async request => {
    await addNote(pool, { ...act(request), ...request.body })
    return { number: request.params.number }
  })

  app.post('/v1/incidents/:number/severity', assessingSeverity, async request => {
    await setSeverity(pool, { ...act(request), ...request.body })
    return { number: request.params.number, severity: request.body.severity }
  })

  app.post('/v1/incidents/:number/impact', assessingImpact, async request => {
    await setImpact(pool, { ...act(request), ...request.body })
    return { number: request.params.number, impact: request.body.impact }
  })

  app.post('/v1/incidents/:number/resolve', resolving, async request => {
    const requested = await requestResolve(pool, { ...act(request), ...request.body })
    return { number: request.params.number, ...requested }
  })

  app.post('/v1/incidents/:number/cancel', cancelling, async request => {
    const left = await requestCancel(pool, { ...act(request), ...request.body })
    return { number: request.params.number, ...left }
  })
}
