import { CodedError } from '../../contracts/coded-error.ts'
import { type GateKind, gateIdOf } from '../../contracts/incident.ts'
import { can, type Principal, type Verb } from '../../contracts/principals.ts'
import type { Pool } from '../../store/database.ts'
import { answerGate, listGates, vote } from '../../store/gates.ts'
import { principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import { approving, decidingOutcome, denying, type GateParams, listing, ticking } from './gates-declared.ts'

/** What waits for people, and their decisions. A click counts once; the loser is told who was faster. */
export function gateRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get('/v1/gates', listing, async request => {
    const { state, ...filter } = request.query
    return { gates: await listGates(pool, { ...filter, open: state === 'open' }) }
  })

  for (const [verdict, voting] of [
    ['approve', approving],
    ['deny', denying],
  ] as const) {
    app.post(`/v1/incidents/:number/gates/:step/:attempt/${verdict}`, voting, async request => {
      const gateId = gateIdAt('approval', request.params)
      const by = await allowed(pool, gateId, 'gates.decide', principalOf(request))
      return { gateId, ...(await vote(pool, { gateId, by, verdict, ...request.body, atMs: clock() })) }
    })
  }

  app.post('/v1/incidents/:number/gates/:step/:attempt/decide', decidingOutcome, async request => {
    const gateId = gateIdAt('outcome', request.params)
    const by = await allowed(pool, gateId, 'gates.decide', principalOf(request))
    await answerGate(pool, { gateId, kind: 'outcome', by, ...request.body, atMs: clock() })
    return { gateId, answer: request.body.answer }
  })

  app.post('/v1/incidents/:number/gates/:step/:attempt/tick', ticking, async request => {
    const gateId = gateIdAt('manual', request.params)
    const by = await allowed(pool, gateId, 'steps.tick', principalOf(request))
    const { answer, note } = request.body
    const reason = note === undefined ? {} : { reason: note }
    await answerGate(pool, { gateId, kind: 'manual', by, answer, ...reason, atMs: clock() })
    return { gateId, answer }
  })
}

function gateIdAt(kind: GateKind, { number, step, attempt }: GateParams): string {
  return gateIdOf(kind, number, step, attempt)
}

/** The name of somebody this gate asks. Throws `not_found`, or `forbidden` with whom it does ask. */
async function allowed(pool: Pool, gateId: string, verb: Verb, principal: Principal): Promise<string> {
  const [gate] = await listGates(pool, { id: gateId })
  if (gate === undefined)
    throw new CodedError('not_found', `There is no gate ${gateId}.`, {
      fields: { gateId },
      hint: 'What waits for people: npx paramedic gate list',
    })
  if (can(principal, verb, gate)) return principal.name
  const { approvers } = gate
  throw new CodedError(
    'forbidden',
    `${principal.name} may not ${verb === 'steps.tick' ? 'tick' : 'decide'} ${gateId}; it asks ${approvers.join(', ')}.`,
    {
      fields: { gateId, approvers },
      hint: 'Ask somebody who holds one of the named roles or functions.',
    },
  )
}
