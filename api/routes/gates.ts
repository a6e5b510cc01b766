import { z } from 'zod'
import { CodedError } from '../../contracts/coded-error.ts'
import { attemptId } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { can, type Principal } from '../../contracts/principals.ts'
import type { GateView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { decideOutcome, listGates, vote } from '../../store/gates.ts'
import { principalOf } from '../access.ts'
import { type Api, incidentNumberText, lookUpText, writtenText } from '../validation.ts'

const listQuery = z.strictObject({
  state: z.literal('open').optional(),
  incident: incidentNumberText.exactOptional(),
})

const gateParams = z.strictObject({
  number: incidentNumberText,
  step: lookUpText(100),
  attempt: z.coerce.number().int().min(1).max(1_000_000),
})

const reason = writtenText(limits.reasonLength)
const voteBody = z.strictObject({
  /** Of the plan the person read: a decision on another plan is none. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
  reason: reason.exactOptional(),
})
const outcomeBody = z.strictObject({ answer: z.enum(['done', 'not-done']), reason: reason.exactOptional() })

/** What waits for people, and their decisions. A click counts once; the loser is told who was faster. */
export function gateRoutes(app: Api, { pool, clock }: { pool: Pool; clock: () => number }): void {
  app.get(
    '/v1/gates',
    { config: { access: 'incidents.read' }, schema: { querystring: listQuery } },
    async (request): Promise<{ gates: GateView[] }> => {
      const { state, ...filter } = request.query
      return { gates: await listGates(pool, { ...filter, open: state === 'open' }) }
    },
  )

  const deciding = { config: { access: 'gates.decide' } } as const
  for (const verdict of ['approve', 'deny'] as const) {
    app.post(
      `/v1/incidents/:number/gates/:step/:attempt/${verdict}`,
      { ...deciding, schema: { params: gateParams, body: voteBody } },
      async request => {
        const gateId = approvalGateId(request.params)
        const by = await allowedDecider(pool, gateId, principalOf(request))
        return { gateId, ...(await vote(pool, { gateId, by, verdict, ...request.body, atMs: clock() })) }
      },
    )
  }

  app.post(
    '/v1/incidents/:number/gates/:step/:attempt/decide',
    { ...deciding, schema: { params: gateParams, body: outcomeBody } },
    async request => {
      const gateId = `${approvalGateId(request.params)}/outcome`
      const by = await allowedDecider(pool, gateId, principalOf(request))
      await decideOutcome(pool, { gateId, by, ...request.body, atMs: clock() })
      return { gateId, answer: request.body.answer }
    },
  )
}

function approvalGateId({ number, step, attempt }: z.output<typeof gateParams>): string {
  return attemptId(number, step, attempt)
}

/** The name of somebody this gate asks. Throws `not_found`, or `forbidden` with whom it does ask. */
async function allowedDecider(pool: Pool, gateId: string, principal: Principal): Promise<string> {
  const [gate] = await listGates(pool, { id: gateId })
  if (gate === undefined)
    throw new CodedError('not_found', `There is no gate ${gateId}.`, { fields: { gateId } })
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
