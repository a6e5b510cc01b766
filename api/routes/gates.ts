import { CodedError } from '../../contracts/coded-error.ts'
import { attemptId } from '../../contracts/incident.ts'
import { can, type Principal } from '../../contracts/principals.ts'
import type { Pool } from '../../store/database.ts'
import { decideOutcome, listGates, vote } from '../../store/gates.ts'
import { principalOf } from '../access.ts'
import type { Api } from '../validation.ts'
import { approving, decidingOutcome, denying, type GateParams, listing } from './gates-declared.ts'

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
      const gateId = approvalGateId(request.params)
      const by = await allowedDecider(pool, gateId, principalOf(request))
      return { gateId, ...(await vote(pool, { gateId, by, verdict, ...request.body, atMs: clock() })) }
    })
  }

  app.post('/v1/incidents/:number/gates/:step/:attempt/decide', decidingOutcome, async request => {
    const gateId = `${approvalGateId(request.params)}/outcome`
    const by = await allowedDecider(pool, gateId, principalOf(request))
    await decideOutcome(pool, { gateId, by, ...request.body, atMs: clock() })
    return { gateId, answer: request.body.answer }
  })
}

function approvalGateId({ number, step, attempt }: GateParams): string {
  return attemptId(number, step, attempt)
}

/** The name of somebody this gate asks. Throws `not_found`, or `forbidden` with whom it does ask. */
async function allowedDecider(pool: Pool, gateId: string, principal: Principal): Promise<string> {
  const [gate] = await listGates(pool, { id: gateId })
  if (gate === undefined)
    throw new CodedError('not_found', `There is no gate ${gateId}.`, {
      fields: { gateId },
      hint: 'What waits for people: npx paramedic gate list',
    })
  if (can(principal, 'gates.decide', gate)) return principal.name
  const { approvers } = gate
  throw new CodedError(
    'forbidden',
    `${principal.name} may not decide ${gateId}; it asks ${approvers.join(', ')}.`,
    {
      fields: { gateId, approvers },
      hint: 'Ask somebody who holds one of the named roles or functions.',
    },
  )
}
