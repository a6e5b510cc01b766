import { z } from 'zod'
import type { ReadinessView } from '../../contracts/views.ts'
import type { Drain } from '../drain.ts'
import type { Readiness } from '../readiness.ts'
import type { Api } from '../validation.ts'

const readyQuery = z.strictObject({ for: z.literal('intake').optional() })

/**
 * `/healthz`: the process lives. `/readyz`: PostgreSQL, Temporal and a worker are up. `/readyz?for=intake`: alerts can be
 * taken, which needs PostgreSQL alone; the one for load balancers.
 */
export function probeRoutes(app: Api, { readiness, drain }: { readiness: Readiness; drain: Drain }): void {
  const config = { access: 'public' } as const

  app.get('/healthz', { config }, () => ({ isAlive: true }))

  app.get(
    '/readyz',
    { config, schema: { querystring: readyQuery } },
    async (request, reply): Promise<ReadinessView> => {
      const view = request.query.for === 'intake' ? await readiness.checkIntake() : await readiness.check()
      const isReady = view.isReady && !drain.isStopping()
      reply.code(isReady ? 200 : 503)
      return { ...view, isReady }
    },
  )
}
