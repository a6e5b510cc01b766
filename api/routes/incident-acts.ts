import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type BindableTarget, bindTargets } from '../../language/bind.ts'
import { resolveInputs } from '../../language/resolve-inputs.ts'
import {
  acknowledge,
  addNote,
  requestCancel,
  requestResolve,
  setImpact,
  setSeverity,
} from '../../store/acts.ts'
import type { Pool } from '../../store/database.ts'
import { type MeanIn, readRebase, rebaseIncident } from '../../store/rebase-incident.ts'
import type { PersonsAct } from '../../store/persons-act.ts'
import { principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import {
  acknowledging,
  assessingImpact,
  assessingSeverity,
  cancelling,
  noting,
  offeringRebase,
  rebasing,
  resolving,
} from './incident-acts-declared.ts'
import type { incidentParams } from './incidents.ts'

/** What people do to an incident. Each answers with what is now true. */
export function incidentActRoutes(
  app: Api,
  { pool, clock, places = [] }: { pool: Pool; clock: () => number; places?: readonly BindableTarget[] },
): void {
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

  app.get('/v1/incidents/:number/rebase', offeringRebase, async request => {
    const { number } = request.params
    return { number, ...(await readRebase(pool, number)) }
  })

  app.post('/v1/incidents/:number/rebase', rebasing, async request => {
    const mean: MeanIn = (runbook, incident) => ({
      bindings: bindTargets(runbook.targets, incident, places),
      inputs: resolveInputs(runbook.inputs ?? [], incident.alert),
    })
    return {
      number: request.params.number,
      ...(await rebaseIncident(pool, { ...act(request), ...request.body }, mean)),
    }
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
