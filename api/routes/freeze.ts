import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import type { FreezeView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { readFreeze, setFreeze } from '../../store/freezes.ts'
import { checkVerb, principalOf } from '../access.ts'
import { type Api, writtenText } from '../validation.ts'

const freezeBody = z.strictObject({
  on: z.boolean(),
  reason: writtenText(limits.reasonLength).exactOptional(),
})

/** The one switch that stops every change Paramedic would make. Both answers say what is true now. */
export function freezeRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/freeze', { config: { access: 'incidents.read' } }, (): Promise<FreezeView> => readFreeze(pool))

  // More people may stop than may let go on: the verb of the route is the wider one, lifting asks for its own.
  const freezing = { config: { access: 'freeze.on' }, schema: { body: freezeBody } } as const
  app.post('/v1/freeze', freezing, async (request): Promise<FreezeView> => {
    const principal = principalOf(request)
    if (!request.body.on) checkVerb(principal, 'freeze.off')
    await setFreeze(pool, { ...request.body, by: principal.name, atMs: clock() })
    return readFreeze(pool)
  })
}
