/**
 * What an auditor reads: entries as they are chained, the rows they speak of, runbooks as they were, and the archived histories.
 * Times are ISO 8601 in UTC. Everything raw: the schemas say what the service writes, and the reader checks the rest.
 */
import { z } from 'zod'
import { type IncidentOutcome, impacts, phases, severities } from './incident.ts'
import { postmortemStates } from './postmortem.ts'
import { waysInForce } from './runbook-registry.ts'
import type { Runbook } from './runbook.ts'
import {
  anything,
  claimView,
  count,
  freezeView,
  gateView,
  hash,
  incidentNumber,
  noticeView,
  pageView,
  plan,
  preview,
  time,
  views,
} from './views.ts'

const chainedEntry = z
  .strictObject({
    seq: count,
    incident: incidentNumber.nullable().describe('Null of what belongs to none, such as a freeze'),
    recordedAt: time,
    prevHash: hash,
    hash,
    content: z.string().describe('The exact text that is hashed: canonical JSON (RFC 8785)'),
  })
  .describe('An audit entry as it is chained')
  .register(views, { id: 'ChainedEntry' })
export type ChainedEntry = z.infer<typeof chainedEntry>

const chainHead = z
  .strictObject({ seq: count, hash })
  .describe('The newest entry of the log, by its own record, at the moment of the answer')
  .register(views, { id: 'ChainHead' })
export type ChainHead = z.infer<typeof chainHead>

export const auditPage = z
  .strictObject({
    entries: z.array(chainedEntry),
    head: chainHead,
  })
  .register(views, { id: 'AuditPage' })
export type AuditPage = z.infer<typeof auditPage>

const incidentRow = z
  .strictObject({
    number: incidentNumber,
    title: z.string(),
    dedupKey: z.string(),
    phase: z.enum(phases),
    severity: z.enum(severities),
    severityLabel: z.string().nullable(),
    severityBy: z.string().nullable(),
    impact: z.enum(impacts),
    impactBy: z.string().nullable(),
    runbook: z.string(),
    runbookHash: hash,
    linkedTo: incidentNumber.nullable(),
    openedAt: time,
    acknowledgedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
    firstAcknowledgedAt: time.nullable(),
    ackEpoch: count.describe('Rises when an alert comes that an acknowledgement did not cover'),
    recoveredAt: time.nullable(),
    closedAt: time.nullable(),
    outcome: z.enum(['recovered', 'resolved-by-person', 'cancelled'] satisfies IncidentOutcome[]).nullable(),
    endRequested: z.enum(['resolve', 'cancel']).nullable(),
    endRequestedBy: z.string().nullable(),
    endReason: z.string().nullable(),
    routineDueAt: time.nullable().describe('Of a run of a routine: its time'),
    routineClosesAt: time.nullable().describe('Of a run of a routine: it begins no step after this'),
    needsPeopleAt: time.nullable().describe('Of a run of a routine: since when it needs people'),
  })
  .register(views, { id: 'IncidentRow' })
export type IncidentRow = z.infer<typeof incidentRow>

const openedRunRow = z
  .strictObject({
    runbook: z.string(),
    runbookHash: hash,
    dueAt: time,
    startedBy: z.string().nullable().describe('A person who started it by hand'),
    decidedAt: time,
  })
  .describe('A time of a routine at which an incident was opened')
  .register(views, { id: 'OpenedRunRow' })
export type OpenedRunRow = z.infer<typeof openedRunRow>

const missedRunRow = openedRunRow
  .omit({ startedBy: true })
  .extend({ because: z.string() })
  .describe('A time of a routine at which nothing was begun')
  .register(views, { id: 'MissedRunRow' })
export type MissedRunRow = z.infer<typeof missedRunRow>

const alertRow = z
  .strictObject({ alertKey: z.string(), name: z.string(), status: z.enum(['firing', 'resolved']) })
  .register(views, { id: 'AlertRow' })

const planRow = z
  .strictObject({
    step: z.string(),
    attempt: count,
    plan,
    planHash: hash,
    preview,
    previewHash: hash,
  })
  .register(views, { id: 'PlanRow' })
export type PlanRow = z.infer<typeof planRow>

const gateRow = gateView
  .pick({
    id: true,
    kind: true,
    step: true,
    planHash: true,
    question: true,
    approvers: true,
    quorum: true,
    state: true,
    answer: true,
    openedAt: true,
    expiresAt: true,
    decidedAt: true,
    decidedBy: true,
  })
  .extend({ consumedAt: time.nullable().describe('When its approval was used, which happens once') })
  .register(views, { id: 'GateRow' })
export type GateRow = z.infer<typeof gateRow>

const voteRow = z
  .strictObject({
    gateId: z.string(),
    principal: z.string(),
    verdict: z.enum(['approve', 'deny']),
    reason: z.string().nullable(),
    at: time,
  })
  .register(views, { id: 'VoteRow' })

const claimRow = claimView
  .extend({
    planHash: hash,
    evidence: anything.nullable().describe('What was kept of its end; the fields are those of the action'),
  })
  .register(views, { id: 'ClaimRow' })
export type ClaimRowView = z.infer<typeof claimRow>

const messageRow = z
  .strictObject({ id: count, kind: z.string(), body: anything, at: time })
  .describe('What was left for the workflow to read; the fields of `body` follow from `kind`')
  .register(views, { id: 'MessageRow' })

const measurementRow = z
  .strictObject({ purpose: z.string(), checks: anything.describe('By the name of the check') })
  .register(views, { id: 'MeasurementRow' })
export type MeasurementRow = z.infer<typeof measurementRow>

const archivedRun = z
  .strictObject({
    runId: z.string(),
    sha256: hash.describe("Of the history's JSON, before it was compressed"),
    events: count,
    bytes: count.describe('Of the compressed file'),
  })
  .register(views, { id: 'ArchivedRun' })
export type ArchivedRunView = z.infer<typeof archivedRun>

/** Of the row only what its entries say; its notices are beside it, one a try. */
const pageRow = pageView.omit({ notices: true }).register(views, { id: 'PageRow' })

const noticeRow = noticeView
  .extend({ key: z.string().describe('Of a page its id; the same for every recipient and channel') })
  .register(views, { id: 'NoticeRow' })
export type NoticeRow = z.infer<typeof noticeRow>

const postmortemRow = z
  .strictObject({
    state: z.enum(postmortemStates),
    version: count,
    dueAt: time.nullable(),
    draftedAt: time,
    reviewedAt: time.nullable(),
    reviewedBy: z.string().nullable(),
    publishedVersion: count.nullable(),
    publishedAt: time.nullable(),
    publishedBy: z.string().nullable(),
    firstPublishedAt: time.nullable(),
  })
  .register(views, { id: 'PostmortemRow' })
export type PostmortemRow = z.infer<typeof postmortemRow>

const postmortemVersionRow = z
  .strictObject({
    version: count,
    content: anything.describe('What people wrote'),
    contentHash: hash,
    writtenBy: z.string().nullable(),
    writtenAt: time,
    facts: z.string().nullable().describe('JSON of what was on record when this version was published'),
  })
  .register(views, { id: 'PostmortemVersionRow' })
export type PostmortemVersionRow = z.infer<typeof postmortemVersionRow>

const incidentRows = z
  .strictObject({
    incident: incidentRow,
    runs: z
      .array(openedRunRow)
      .describe('Which run of a routine it is: one, and none of an incident that an alert opened'),
    alerts: z.array(alertRow),
    plans: z.array(planRow),
    gates: z.array(gateRow),
    votes: z.array(voteRow),
    claims: z.array(claimRow),
    pages: z.array(pageRow),
    messages: z.array(messageRow),
    measurements: z.array(measurementRow),
    histories: z.array(archivedRun),
    notices: z.array(noticeRow).describe('Of its pages and of what stakeholders were told'),
    postmortem: postmortemRow.nullable(),
    postmortemVersions: z.array(postmortemVersionRow),
  })
  .describe('Every row about one incident that follows from its audit entries')
  .register(views, { id: 'IncidentRows' })
export type IncidentRows = z.infer<typeof incidentRows>

// Typed in runbook.ts, which workflows share; the language it is written in is described in docs/runbooks.md.
export const runbook = z
  .looseObject({ name: z.string(), title: z.string(), owner: z.string() })
  .describe('After parsing: durations in milliseconds, every default filled in') as z.ZodType as z.ZodType<
  Runbook,
  Runbook
>

const runbookRow = z
  .strictObject({
    name: z.string(),
    hash,
    file: z.string(),
    since: time,
    way: z.enum(waysInForce),
    by: z.string(),
    runbook,
  })
  .describe('A runbook in force')
  .register(views, { id: 'RunbookRow' })
export type RunbookRow = z.infer<typeof runbookRow>

export const auditRowsPage = z
  .strictObject({
    head: chainHead,
    freeze: freezeView,
    runbooks: z.array(runbookRow).describe('Those in force, by name; on the first page only'),
    missedRuns: z.array(missedRunRow).describe('Of routines, by time; on the first page only'),
    incidents: z.array(incidentRows),
    nextCursor: incidentNumber.nullable().describe('Give it as `after` for the next page; null on the last'),
  })
  .register(views, { id: 'AuditRows' })
export type AuditRowsPage = z.infer<typeof auditRowsPage>

export const historyList = z
  .strictObject({ number: incidentNumber, workflowId: z.string(), runs: z.array(archivedRun) })
  .describe("The archived runs of an incident's workflow, the oldest first")
  .register(views, { id: 'Histories' })
export type HistoryList = z.infer<typeof historyList>

export const runbookView = z
  .strictObject({
    name: z.string(),
    hash: hash.describe('SHA-256 of the canonical JSON (RFC 8785) of `runbook`'),
    runbook,
    source: z.string().describe('The text it was read from'),
  })
  .describe('The runbook of an incident in the version it runs')
  .register(views, { id: 'Runbook' })
export type RunbookView = z.infer<typeof runbookView>
