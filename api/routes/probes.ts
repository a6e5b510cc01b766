import { z } from 'zod'
import { liveness, readinessView } from '../../contracts/views.ts'
import { documented } from '../documented.ts'
import type { Drain } from '../drain.ts'
import type { Readiness } from '../readiness.ts'
import type { Api } from '../validation.ts'

const readyQuery = z.strictObject({ for: z.literal('intake').optional() })

/**
 * `/healthz`: the process lives. `/readyz`: PostgreSQL, Temporal and a worker are up. `/readyz?for=intake`: alerts can be
 * taken, which needs PostgreSQL alone; the one for load balancers.
 */
export function probeRoutes(app: Api, { readiness, drain }: { readiness: Readiness; drain: Drain }): void {
  app.get('/healthz', askingLife, () => ({ isAlive: true as const }))

  app.get('/readyz', askingReadiness, async (request, reply) => {
    const view = request.query.for === 'intake' ? await readiness.checkIntake() : await readiness.check()
    const isReady = view.isReady && !drain.isStopping()
    reply.code(isReady ? 200 : 503)
    return { ...view, isReady }
  })
}

const askingLife = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readLiveness',
  summary: 'Does the process live?',
  description: 'For a supervisor that restarts what does not answer.',
  schema: { response: { 200: liveness } },
  examples: { alive: { summary: 'It lives', reply: { isAlive: true } } },
})

const isUp = { name: 'postgresql', isUp: true, tookMs: 1, problem: null } as const

const askingReadiness = documented({
  access: 'public',
  chapter: 'Service',
  id: 'readReadiness',
  summary: 'Can it do its work?',
  description:
    'Ready when PostgreSQL, Temporal and a worker are up. Runbook files with faults are named and make nothing unready: their last good versions are in force. `for=intake` asks for PostgreSQL alone, which is all an alert needs: use it for load balancers.',
  schema: { querystring: readyQuery, response: { 200: readinessView, 503: readinessView } },
  examples: {
    everything: {
      summary: 'Everything is up',
      reply: { isReady: true, dependencies: [isUp], faultyRunbooks: [] },
    },
    intake: {
      summary: 'Alerts can be taken',
      query: { for: 'intake' },
      reply: { isReady: true, dependencies: [isUp] },
    },
    down: {
      summary: 'Something is down, or the process is stopping',
      status: 503,
      reply: {
        isReady: false,
        dependencies: [{ ...isUp, isUp: false, problem: 'PostgreSQL of Paramedic did not answer.' }],
      },
    },
  },
  errors: {
    bad_request: {
      query: { for: 'everything' },
      message: 'The query does not fit: for: Invalid input: expected "intake".',
      fields: { faults: [{ field: 'for', problem: 'Invalid input: expected "intake"' }] },
    },
  },
})
