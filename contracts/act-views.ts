/** What the API answers to those who report and act: what is now committed. */
import { z } from 'zod'
import { impacts, severities } from './incident.ts'
import { runbook } from './audit-views.ts'
import { count, gateView, hash, incidentNumber, time, views } from './views.ts'

export const acceptedDelivery = z
  .strictObject({ deliveryId: count, accepted: count.describe('How many alerts it carried') })
  .describe('The alerts are committed')
  .register(views, { id: 'AcceptedDelivery' })

export const acknowledgement = z
  .strictObject({
    isFirst: z.boolean().describe('False: somebody was faster, and `by` and `at` say who and when'),
    by: z.string(),
    at: time,
  })
  .register(views, { id: 'Acknowledgement' })

export const changedIncident = z
  .strictObject({ number: incidentNumber })
  .describe('The act is committed')
  .register(views, { id: 'ChangedIncident' })

export const assessedSeverity = z
  .strictObject({ number: incidentNumber, severity: z.enum(severities) })
  .register(views, { id: 'AssessedSeverity' })

export const assessedImpact = z
  .strictObject({ number: incidentNumber, impact: z.enum(impacts) })
  .register(views, { id: 'AssessedImpact' })

const leftByEnd = {
  unticked: z
    .array(z.string())
    .describe('Manual steps that were asked for and that nobody has answered for; nobody can any more'),
  toTakeBack: z
    .array(z.string())
    .describe('Temporary steps that are in place; they are taken back before it closes'),
}

export const requestedResolve = z
  .strictObject({ number: incidentNumber, alertsFiring: count, ...leftByEnd })
  .register(views, { id: 'RequestedResolve' })

export const requestedCancel = z
  .strictObject({ number: incidentNumber, ...leftByEnd })
  .register(views, { id: 'RequestedCancel' })

export const rebasedIncident = z
  .strictObject({
    number: incidentNumber,
    from: hash,
    to: hash,
    isChange: z.boolean().describe('False: it ran that version already'),
  })
  .register(views, { id: 'RebasedIncident' })

export const offeredRebase = z
  .strictObject({
    number: incidentNumber,
    from: z.strictObject({ hash, runbook }).describe('The version it runs'),
    to: z
      .strictObject({ hash, runbook })
      .nullable()
      .describe('The version in force of the same name; null when none is'),
  })
  .register(views, { id: 'OfferedRebase' })
export type OfferedRebase = z.infer<typeof offeredRebase>

export const countedVote = z
  .strictObject({
    gateId: z.string(),
    state: gateView.shape.state.describe('`open` while votes are missing'),
    votes: count.describe('Approvals so far'),
    quorum: count.describe('Approvals needed'),
  })
  .register(views, { id: 'CountedVote' })

export const decidedOutcome = z
  .strictObject({ gateId: z.string(), answer: z.enum(['done', 'not-done']) })
  .register(views, { id: 'DecidedOutcome' })
