/** What the API answers to whoever asks what would be done about an alert. */
import { z } from 'zod'
import { runbook } from './audit-views.ts'
import type { ForeseenCall, ForeseenCheck, ForeseenPlan, ForeseenStep, ForeseenUndo } from './foresight.ts'
import { autonomies, impacts, severities } from './incident.ts'
import type { GateDemand } from './plan.ts'
import { anything, binding, count, hash, plan, preview, resolvedInput, views } from './views.ts'

const check = z.strictObject({
  name: z.string(),
  target: z.string().nullable().describe('Null when its role has none here'),
  values: anything.nullable(),
  problem: z.string().nullable().describe('Why there are no values'),
}) satisfies z.ZodType<ForeseenCheck>

const gate = z
  .strictObject({
    approvers: z.array(z.string()),
    quorum: count,
    expiresMs: count,
    onExpiry: z.enum(['next', 'escalate', 'stop']),
    because: z
      .enum(['runbook', 'autonomy', 'risk'])
      .describe('Who asks for it: the runbook, the autonomy of the target, or the risk of the action'),
  })
  .describe('Who would have to allow it') satisfies z.ZodType<GateDemand>

const atMost = count.describe('The effect would touch at most this many things')
const allowedBy = gate.nullable().describe('Null: it would run without asking anybody')

const foreseenUndo = z
  .strictObject({
    uses: plan.shape.action,
    parameters: plan.shape.parameters,
    plan: z
      .strictObject({ preview, atMost, risk: plan.shape.risk, gate: allowedBy })
      .nullable()
      .describe('As it would be planned now, before its step'),
    problem: z.string().nullable().describe('Why it could not be planned'),
  })
  .describe('What would take the step back; absent where nothing does') satisfies z.ZodType<ForeseenUndo>

const foreseenPlan = z.strictObject({
  preview,
  atMost,
  risk: plan.shape.risk,
  identity: plan.shape.target.shape.identity.describe('What makes the target the one that was looked at'),
  autonomy: z.enum(autonomies),
  gate: allowedBy,
  undo: foreseenUndo.exactOptional(),
}) satisfies z.ZodType<ForeseenPlan>

const step = z.strictObject({
  id: z.string(),
  target: z.string().nullable(),
  result: z
    .enum(['planned', 'asked', 'left-out', 'unknown'])
    .describe(
      '`asked`: a person would have to do it. `unknown`: it would be taken, and could not be planned now',
    ),
  because: z.string().nullable(),
  plan: foreseenPlan.nullable(),
}) satisfies z.ZodType<ForeseenStep>

const call = z.strictObject({
  level: count,
  isCalled: z.boolean().describe('By what was measured now; what could not be measured calls'),
}) satisfies z.ZodType<ForeseenCall>

export const foresightReply = z
  .strictObject({
    runbook: z.strictObject({ hash, runbook }).describe('The one that was asked about, or chosen'),
    others: z
      .array(z.string())
      .describe('Runbooks in force that match as well, when the service was to choose'),
    matches: z
      .boolean()
      .describe('Whether the alert is one of those it is for; if not, nothing was measured'),
    place: z.strictObject({ system: z.string(), environment: z.string() }),
    bindings: z.array(binding),
    inputs: z.array(resolvedInput).describe('What the runbook would be given'),
    isFrozen: z.boolean().describe('A freeze is on: until it is lifted no step would change anything'),
    foresight: z
      .strictObject({
        checks: z.array(check),
        severity: z.strictObject({
          is: z.enum(severities),
          label: z.string().nullable(),
          because: z.string(),
        }),
        impact: z.strictObject({ is: z.enum(impacts), because: z.string() }),
        steps: z
          .array(step)
          .describe('Every step of the ladder in its order, each as if none before it had helped'),
        calls: z.array(call).describe('Every level of the escalation'),
      })
      .nullable(),
  })
  .describe('What would be done about the alert, as the targets say it now')
  .register(views, { id: 'ForesightReply' })
export type ForesightReply = z.infer<typeof foresightReply>
