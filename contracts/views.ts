/**
 * What the API answers and the CLI reads: the schemas that document the replies, and the types that follow from them. Times are
 * ISO 8601 in UTC; zones are the reader's business. Import this file's values only where zod may be loaded: not from workflows.
 */
import { z } from 'zod'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { gateKinds, type IncidentOutcome, impacts, phases, severities } from './incident.ts'
import type { Plan, Preview } from './plan.ts'
import type { Binding } from './runbook.ts'
import type { ResolvedInput } from './runbook-input.ts'
import { bindingShape, resolvedInputShape } from './opening-views.ts'
import { type ActionName, actionDefinitions } from './targets/catalogue.ts'
import { waysInForce } from './runbook-registry.ts'
import { routineRun } from './routine-views.ts'
import { findingKinds } from './supervision.ts'
import { targetKinds } from './targets/definition.ts'
import type { TimelineEntry } from './timeline.ts'

/** Every reply by the name it has in the OpenAPI document; those of acts are in act-views.ts. */
export const views = z.registry<{ id: string }>()

export const time = z.iso.datetime()
export const count = z.int().min(0)
export const hash = z.string().describe('SHA-256 in lower-case hex')
const texts = z.record(z.string(), z.string())
export const incidentNumber = z.string().describe('`INC-YYYY-MM-DD-NNN`; the day is UTC')
/** Every `additionalProperties` below is an open place: its keys are the sender's, the target's or the kind's. */
export const anything = z.record(z.string(), z.unknown())

export const errorReply = z
  .strictObject({
    error: z.strictObject({
      code: z
        .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
        .describe('What happened, for programs'),
      message: z.string().describe('What was attempted, on what, and what came back: one sentence'),
      hint: z.string().describe('What to do now'),
      fields: anything.exactOptional().describe('What the sentence names'),
      requestId: z
        .string()
        .exactOptional()
        .describe('The log has this request under it; also in `x-request-id`'),
    }),
  })
  .describe('The body of every refused request')
  .register(views, { id: 'ErrorReply' })
export type ErrorReply = z.infer<typeof errorReply>

const incidentSummary = z
  .strictObject({
    number: incidentNumber,
    title: z.string(),
    phase: z.enum(phases),
    severity: z.enum(severities).describe('SEV1 is the most severe'),
    severityLabel: z.string().nullable().describe("The system's own name for it"),
    impact: z.enum(impacts).describe('Are customers affected? `unknown` counts as yes'),
    system: z.string(),
    environment: z.string(),
    owner: z.string().describe('The team that owns the runbook'),
    runbook: z.string(),
    routine: routineRun.nullable().describe('Null when an alert opened it'),
    openedAt: time,
    acknowledgedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
    recoveredAt: time.nullable(),
    closedAt: time.nullable(),
    outcome: z
      .enum(['recovered', 'resolved-by-person', 'cancelled'] satisfies IncidentOutcome[])
      .nullable()
      .describe('How it ended; null while it is open'),
    alertsFiring: count,
    alertsTotal: count,
    openGates: count.describe('Questions that wait for people'),
  })
  .register(views, { id: 'IncidentSummary' })
export type IncidentSummary = z.infer<typeof incidentSummary>

export const incidentList = z
  .strictObject({
    incidents: z.array(incidentSummary),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .register(views, { id: 'IncidentList' })
export type IncidentList = z.infer<typeof incidentList>

export const binding = bindingShape.register(views, { id: 'Binding' }) satisfies z.ZodType<Binding>

const alertView = z
  .strictObject({
    name: z.string(),
    status: z.enum(['firing', 'resolved']),
    labels: texts,
    annotations: texts,
    startsAt: time,
    endsAt: time.nullable(),
    lastSeenAt: time,
    events: count.describe('How often it was reported'),
  })
  .register(views, { id: 'Alert' })
export type AlertView = z.infer<typeof alertView>

const parameter = z.union([z.string(), z.number(), z.boolean(), texts])

export const plan = z
  .strictObject({
    version: z.literal(1),
    incident: incidentNumber,
    step: z.string(),
    attempt: count,
    runbook: z.strictObject({ name: z.string(), hash }),
    action: z.enum(Object.keys(actionDefinitions) as [ActionName, ...ActionName[]]),
    risk: z.enum(['reversible', 'disruptive', 'destructive']),
    target: z.strictObject({ name: z.string(), kind: z.enum(targetKinds), identity: texts }),
    parameters: z.record(z.string(), parameter),
    atMost: count.describe('The effect touches at most this many things'),
  })
  .describe(
    'What a person approves and what then runs; `planHash` is its SHA-256 as canonical JSON (RFC 8785)',
  )
  .register(views, { id: 'Plan' }) satisfies z.ZodType<Plan>

export const preview = z
  .strictObject({
    summary: z.string(),
    wouldTouch: count,
    unit: z.string(),
    examples: z.array(z.string()),
  })
  .describe('What the plan would touch if it ran when it was planned')
  .register(views, { id: 'Preview' }) satisfies z.ZodType<Preview>

export const gateView = z
  .strictObject({
    id: z.string(),
    incident: incidentNumber,
    kind: z
      .enum(gateKinds)
      .describe('May this run, did it happen (`outcome`), did somebody do it (`manual`)?'),
    step: z.string(),
    attempt: count,
    planHash: hash.nullable().describe('An approval names it, so that it counts for this plan and no other'),
    question: z.string(),
    approvers: z.array(z.string()).describe('`role:<role or function>`; holding one of them is enough'),
    quorum: count,
    state: z.enum(['open', 'approved', 'denied', 'expired', 'withdrawn']),
    answer: z.enum(['done', 'not-done']).nullable(),
    openedAt: time,
    expiresAt: time.nullable(),
    decidedAt: time.nullable(),
    decidedBy: z.string().nullable(),
    votes: z.array(
      z.strictObject({
        principal: z.string(),
        verdict: z.enum(['approve', 'deny']),
        at: time,
        reason: z.string().nullable(),
      }),
    ),
    plan: plan.nullable(),
    preview: preview.nullable(),
  })
  .describe('A question to people')
  .register(views, { id: 'Gate' })
export type GateView = z.infer<typeof gateView>

export const claimView = z
  .strictObject({
    step: z.string(),
    attempt: count,
    action: z.string(),
    target: z.string(),
    claimedAt: time,
    deadline: time,
    outcome: z
      .enum(['succeeded', 'failed', 'unknown', 'abandoned'])
      .nullable()
      .describe('Null while it is under way'),
    settledAt: time.nullable(),
  })
  .describe('One effect, or the attempt at one')
  .register(views, { id: 'Claim' })
export type ClaimView = z.infer<typeof claimView>

export const noticeView = z
  .strictObject({
    recipient: z.string(),
    channel: z.string(),
    state: z.enum(['waiting', 'accepted', 'failed', 'rejected']),
    attempts: count,
    problem: z.string().nullable(),
    acceptedAt: time.nullable(),
    rollUp: z.string().nullable().describe('The message it went out in together with others'),
  })
  .describe('One page to one recipient by one of its channels')
  .register(views, { id: 'Notice' })

export const pageView = z
  .strictObject({
    id: z.string(),
    level: count,
    functions: z.array(z.string()).describe('Whom it asks for, e.g. `on-call`'),
    state: z.enum(['sending', 'sent', 'failed', 'suppressed']),
    because: z.string().nullable(),
    dueAt: time,
    sentAt: time.nullable().describe('Handed to a channel'),
    deliveredAt: time.nullable().describe('Taken by the first channel'),
    acknowledgedAt: time.nullable().describe('By the acknowledgement that covers it'),
    acknowledgedBy: z.string().nullable(),
    latenessMs: count.nullable(),
    notices: z.array(noticeView),
  })
  .describe('One level of the escalation, once due')
  .register(views, { id: 'Page' })
export type PageView = z.infer<typeof pageView>

const nextPageView = z
  .strictObject({
    level: count,
    functions: z.array(z.string()),
    dueAt: time,
    unless: z.enum(['acknowledged', 'resolved']).nullable().describe('What would call it off'),
  })
  .describe('A level of the escalation that is still to come')
  .register(views, { id: 'NextPage' })
export type NextPageView = z.infer<typeof nextPageView>

const nextUpdateView = z
  .strictObject({
    dueAt: time,
    tell: z.array(z.string()).describe('Names as the runbook has them'),
  })
  .describe('A regular update that is still to come')
  .register(views, { id: 'NextUpdate' })
export type NextUpdateView = z.infer<typeof nextUpdateView>

// What `data` holds follows from `kind` and is typed in timeline.ts, which workflows share; here it is an open object.
const timelineEntry = z
  .strictObject({
    seq: count.describe('Its place in the whole log; give the last one as `after` for what comes next'),
    incident: incidentNumber.exactOptional(),
    kind: z.string().describe('e.g. `gate.decided`; new kinds may come'),
    actor: z.string().describe('`person:<name>`, `source:<name>` or `paramedic`'),
    atMs: z.int().describe('When it happened: milliseconds since 1970'),
    data: anything.describe('What it says; its fields follow from the kind'),
    recordedAt: time,
    hash: hash.describe('SHA-256 over this entry and the hash of the one before'),
  })
  .describe('One audit entry')
  .register(views, { id: 'TimelineEntry' }) as z.ZodType as z.ZodType<TimelineEntry, TimelineEntry>

export const timelinePage = z
  .strictObject({ entries: z.array(timelineEntry) })
  .register(views, { id: 'Timeline' })

export const resolvedInput = resolvedInputShape.register(views, {
  id: 'ResolvedInput',
}) satisfies z.ZodType<ResolvedInput>

export const incidentDetail = incidentSummary
  .extend({
    runbookHash: hash,
    runbookHashInForce: hash
      .nullable()
      .describe('Of the version in force of the same name; null when none is'),
    bindings: z.array(binding),
    inputs: z.array(resolvedInput),
    linkedTo: incidentNumber.nullable().describe('The incident that closed shortly before'),
    postmortemDueAt: time.nullable(),
    alerts: z.array(alertView).describe('Firing ones first; at most 200'),
    gates: z.array(gateView),
    claims: z.array(claimView),
    pages: z.array(pageView),
    nextPage: nextPageView
      .nullable()
      .describe('The escalation that comes next when nothing changes; null when there is none'),
    nextUpdate: nextUpdateView
      .nullable()
      .describe('Who is told next how it stands, when nothing changes; null when nobody is told regularly'),
    timeline: z.array(timelineEntry).describe('The newest thousand, newest last'),
  })
  .describe('Everything about one incident, as it was at one moment')
  .register(views, { id: 'IncidentDetail' })
export type IncidentDetail = z.infer<typeof incidentDetail>

export const gateList = z.strictObject({ gates: z.array(gateView) }).register(views, { id: 'GateList' })

export const freezeView = z
  .strictObject({
    isOn: z.boolean(),
    changedAt: time.nullable(),
    changedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .register(views, { id: 'Freeze' })
export type FreezeView = z.infer<typeof freezeView>

const dependencyView = z
  .strictObject({
    name: z.enum(['postgresql', 'temporal', 'workers']),
    isUp: z.boolean(),
    tookMs: count,
    problem: z.string().nullable(),
  })
  .describe('One dependency of the service, asked just now')
  .register(views, { id: 'Dependency' })
export type DependencyView = z.infer<typeof dependencyView>

export const faultyRunbookFile = z
  .strictObject({
    file: z.string().describe('Its path below the folder; `.` for the folder as a whole'),
    faults: count,
    told: z.string().describe('The faults as the linter tells them, with line and column'),
    keeps: z.string().nullable().describe('The runbook whose last good version stays in force; null of none'),
    since: time,
    way: z.enum(waysInForce).describe('`start`: a worker read its folder. `sync`: a person sent it'),
    by: z.string().describe('Name of the principal; `paramedic` at a start'),
  })
  .describe('A runbook file that is held back')
  .register(views, { id: 'FaultyRunbookFile' })
export type FaultyRunbookFile = z.infer<typeof faultyRunbookFile>

export const readinessView = z
  .strictObject({
    isReady: z.boolean(),
    dependencies: z.array(dependencyView),
    faultyRunbooks: z
      .array(z.string())
      .exactOptional()
      .describe('Files that are held back; they make nothing unready. Missing when PostgreSQL does not say'),
  })
  .register(views, { id: 'Readiness' })
export type ReadinessView = z.infer<typeof readinessView>

const stuckView = z
  .strictObject({
    what: z.string(),
    subject: z.string(),
    sinceMs: z.int(),
    todo: z.string().describe('A command or a sentence'),
  })
  .describe('Something that waits longer than it should, and what to do about it')
  .register(views, { id: 'Stuck' })
export type StuckView = z.infer<typeof stuckView>

const findingView = z
  .strictObject({
    kind: z.enum(findingKinds),
    what: z.string(),
    subject: z.string(),
    since: time.describe('When the trouble began, as far as known'),
    pagedAt: time.nullable().describe('When the fallback was told; null before'),
    todo: z.string().describe('A command or a sentence'),
  })
  .describe('What supervision has seen in two looks running and is not over')
  .register(views, { id: 'Finding' })

const supervisionView = z
  .strictObject({
    lastLookAt: time.nullable().describe('It looks every 15 s; null before the first look'),
    findings: z.array(findingView).describe('The oldest first; at most 200'),
  })
  .describe('What Paramedic has found wrong with itself')
  .register(views, { id: 'Supervision' })
export type SupervisionView = z.infer<typeof supervisionView>

const siteView = z
  .strictObject({
    name: z.string(),
    hasWorker: z.boolean().nullable().describe('Null while Temporal does not answer'),
  })
  .describe('A site that targets name, and whether a worker serves it')
  .register(views, { id: 'Site' })
export type SiteView = z.infer<typeof siteView>

export const statusView = readinessView
  .omit({ faultyRunbooks: true })
  .extend({
    version: z.string(),
    freeze: freezeView,
    runbooks: z.strictObject({
      inForce: count,
      faultyFiles: z.array(faultyRunbookFile).describe('What the last start or sync held back'),
    }),
    openIncidents: count,
    openGates: count,
    undeliveredMessages: count,
    waitingAlerts: count,
    quarantinedAlerts: count,
    mutedAlerts: count.describe('They fire on, quietly for a while, after a person ended their incident'),
    sites: z.array(siteView),
    stuck: z.array(stuckView).describe('What is no finding, or not yet'),
    supervision: supervisionView,
  })
  .describe('What is up, how much waits, and what waits too long')
  .register(views, { id: 'Status' })
export type StatusView = z.infer<typeof statusView>

export const liveness = z.strictObject({ isAlive: z.literal(true) }).register(views, { id: 'Liveness' })
