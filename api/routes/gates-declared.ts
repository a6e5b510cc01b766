/** The declarations of gates.ts: queries, bodies, replies, examples. */
import { z } from 'zod'
import { countedVote, decidedOutcome } from '../../contracts/act-views.ts'
import { type GateKind, gateIdOf } from '../../contracts/incident.ts'
import { limits } from '../../contracts/limits.ts'
import { gateList } from '../../contracts/views.ts'
import { documented, type ErrorExample } from '../documented.ts'
import { endedIncident, openGate, openIncident, planHash } from '../examples.ts'
import { runOfRoutine } from '../runbook-examples.ts'
import { incidentNumberText, lookUpText, writtenText } from '../validation.ts'

const listQuery = z.strictObject({
  state: z.literal('open').optional(),
  incident: incidentNumberText.exactOptional(),
})

const gateParams = z.strictObject({
  number: incidentNumberText,
  step: lookUpText(100),
  attempt: z.coerce.number().int().min(1).max(1_000_000),
})
export type GateParams = z.output<typeof gateParams>

const reason = writtenText(limits.reasonLength)
const voteBody = z.strictObject({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')
    .describe('Of the plan the person read: a decision on another plan is none'),
  reason: reason.exactOptional(),
})
const outcomeBody = z.strictObject({ answer: z.enum(['done', 'not-done']), reason: reason.exactOptional() })
const tickBody = z
  .strictObject({
    answer: z.enum(['done', 'not-done']),
    note: reason
      .exactOptional()
      .describe('What was done and seen; of what was not done, why: then it is required'),
  })
  .refine(({ answer, note }) => answer === 'done' || note !== undefined, {
    path: ['note'],
    message: 'must say why it was not done',
  })

export const listing = documented({
  access: 'incidents.read',
  chapter: 'Gates',
  id: 'listGates',
  summary: 'List what waits for people',
  description: 'The newest 200. An approval carries the plan with its hash and what it would do.',
  schema: { querystring: listQuery, response: { 200: gateList } },
  examples: {
    open: {
      summary: 'What has to be decided now?',
      query: { state: 'open', incident: openIncident },
      reply: { gates: [openGate] },
    },
  },
  errors: {
    bad_request: {
      query: { incident: 'INC-1' },
      message: 'The query does not fit: incident: must look like INC-2026-01-31-001.',
      fields: { faults: [{ field: 'incident', problem: 'must look like INC-2026-01-31-001' }] },
    },
  },
})

function gateAt(number: string, step: string): { params: Record<string, string> } {
  return { params: { number, step, attempt: '1' } }
}

/** What voting and answering can both meet; `steps` have their gates in the night of examples.ts. */
function refusals(
  kind: GateKind,
  steps: { decided: string; ended: string },
  became = 'approved',
): Record<'not_found' | 'gate_already_decided' | 'incident_not_open', ErrorExample<never>> {
  const unknown = gateIdOf(kind, openIncident, 'reboot', 1)
  const decided = gateIdOf(kind, openIncident, steps.decided, 1)
  const at = '2026-03-14T03:03:41.000Z'
  return {
    not_found: {
      ...gateAt(openIncident, 'reboot'),
      message: `There is no gate ${unknown}.`,
      hint: 'What waits for people: npx paramedic gate list',
      fields: { gateId: unknown },
    },
    gate_already_decided: {
      ...gateAt(openIncident, steps.decided),
      message: `${decided} was ${became} by noah at ${at}.`,
      fields: { gateId: decided, number: openIncident, state: 'approved', by: 'noah', at },
    },
    incident_not_open: {
      ...gateAt(endedIncident, steps.ended),
      message: `${endedIncident} is closed.`,
      fields: { number: endedIncident, phase: 'closed' },
    },
  }
}

const votingRefusals = {
  ...refusals('approval', { decided: 'warm-cache', ended: 'restart-api' }),
  plan_changed: {
    ...gateAt(openIncident, 'restart-api'),
    body: { planHash: 'f'.repeat(64) },
    message: `The plan of ${openGate.id} is ${planHash.slice(0, 12)}, not ${'f'.repeat(12)}.`,
    fields: { gateId: openGate.id, number: openIncident },
  },
}

export const approving = documented({
  access: 'gates.decide',
  chapter: 'Gates',
  id: 'approvePlan',
  summary: 'Approve a plan',
  description:
    'It counts for the plan that was read, named by its hash, once per person. The caller also needs a role or function the gate asks for.',
  schema: { params: gateParams, body: voteBody, response: { 200: countedVote } },
  examples: {
    enough: {
      summary: 'One approval was asked for',
      ...gateAt(openIncident, 'restart-api'),
      body: { planHash, reason: 'Checked the pool, a restart is right' },
      reply: { gateId: openGate.id, state: 'approved', votes: 1, quorum: 1 },
    },
  },
  errors: {
    ...votingRefusals,
    own_run: {
      ...gateAt(runOfRoutine, 'restart-api'),
      message: `on-call has started ${runOfRoutine} and may not approve ${gateIdOf('approval', runOfRoutine, 'restart-api', 1)} as well.`,
      fields: {
        gateId: gateIdOf('approval', runOfRoutine, 'restart-api', 1),
        number: runOfRoutine,
        by: 'on-call',
      },
    },
  },
})

export const denying = documented({
  access: 'gates.decide',
  chapter: 'Gates',
  id: 'denyPlan',
  summary: 'Deny a plan',
  description: 'One denial decides; the incident goes to the next step of its runbook.',
  schema: { params: gateParams, body: voteBody, response: { 200: countedVote } },
  examples: {
    denied: {
      summary: 'Not now',
      ...gateAt(openIncident, 'restart-api'),
      body: { planHash, reason: 'Not during checkout' },
      reply: { gateId: openGate.id, state: 'denied', votes: 0, quorum: 1 },
    },
  },
  errors: votingRefusals,
})

export const decidingOutcome = documented({
  access: 'gates.decide',
  chapter: 'Gates',
  id: 'decideOutcome',
  summary: 'Say whether an effect happened',
  description:
    'Asked when neither Paramedic nor the target can tell. Look at the target first. The caller also needs a role or function the gate asks for.',
  schema: { params: gateParams, body: outcomeBody, response: { 200: decidedOutcome } },
  examples: {
    done: {
      summary: 'It did happen',
      ...gateAt(openIncident, 'clear-sessions'),
      body: { answer: 'done', reason: 'The sessions are gone' },
      reply: { gateId: gateIdOf('outcome', openIncident, 'clear-sessions', 1), answer: 'done' },
    },
  },
  errors: refusals('outcome', { decided: 'flush-cache', ended: 'clear-sessions' }),
})

const askedBefore = gateIdOf('manual', openIncident, 'drain-node', 1)

export const ticking = documented({
  access: 'steps.tick',
  chapter: 'Gates',
  id: 'tickStep',
  summary: 'Tick a manual step, or say that it was not done',
  description:
    'Of what a runbook leaves to people. Ticked, it is verified where the runbook says how, and the ladder goes on; not done, the step has failed. The first answer counts. Where the step says who may tick it, the caller also needs one of those roles or functions.',
  schema: { params: gateParams, body: tickBody, response: { 200: decidedOutcome } },
  examples: {
    done: {
      summary: 'It is done',
      ...gateAt(openIncident, 'raise-pool'),
      body: { answer: 'done', note: 'DB_POOL_MAX is 30, restarted' },
      reply: { gateId: gateIdOf('manual', openIncident, 'raise-pool', 1), answer: 'done' },
    },
  },
  errors: {
    ...refusals('manual', { decided: 'tell-support', ended: 'raise-pool' }, 'ticked'),
    plan_changed: {
      ...gateAt(openIncident, 'drain-node'),
      body: { answer: 'done' },
      message: `${openIncident} was moved to another version of its runbook, and what is asked in ${askedBefore} is of the one before.`,
      fields: { gateId: askedBefore, number: openIncident },
    },
  },
})
