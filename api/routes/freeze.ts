import { z } from 'zod'
import { limits } from '../../contracts/limits.ts'
import { freezeView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { readFreeze, setFreeze } from '../../store/freezes.ts'
import { checkVerb, principalOf } from '../access.ts'
import { documented } from '../documented.ts'
import { unfrozen } from '../examples.ts'
import { type Api, writtenText } from '../validation.ts'

const freezeBody = z.strictObject({
  on: z.boolean(),
  reason: writtenText(limits.reasonLength).exactOptional(),
})

/** The one switch that stops every change Paramedic would make. Both answers say what is true now. */
export function freezeRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/freeze', reading, () => readFreeze(pool))

  app.post('/v1/freeze', freezing, async request => {
    const principal = principalOf(request)
    if (!request.body.on) checkVerb(principal, 'freeze.off')
    await setFreeze(pool, { ...request.body, by: principal.name, atMs: clock() })
    return readFreeze(pool)
  })
}

const reading = documented({
  access: 'incidents.read',
  chapter: 'Freeze',
  id: 'readFreeze',
  summary: 'Is a freeze on?',
  description: 'Says whether Paramedic may change anything now, and who decided that.',
  schema: { response: { 200: freezeView } },
  examples: { off: { summary: 'No freeze was ever set', reply: unfrozen } },
})

// More people may stop than may let go on: the verb of the route is the wider one, lifting asks for its own.
const freezing = documented({
  access: 'freeze.on',
  chapter: 'Freeze',
  id: 'setFreeze',
  summary: 'Set or lift the freeze',
  description:
    'From the moment this is answered, no new effect begins anywhere; one that runs stops before its next batch. Lifting asks for the verb `freeze.off`.',
  schema: { body: freezeBody, response: { 200: freezeView } },
  examples: {
    on: {
      summary: 'Stop every change',
      body: { on: true, reason: 'The database is being moved' },
      reply: {
        isOn: true,
        changedAt: '2026-03-14T03:05:00.000Z',
        changedBy: 'mia',
        reason: 'The database is being moved',
      },
    },
    off: {
      summary: 'Let Paramedic work again',
      body: { on: false },
      reply: { isOn: false, changedAt: '2026-03-14T04:00:00.000Z', changedBy: 'mia', reason: null },
    },
  },
})
