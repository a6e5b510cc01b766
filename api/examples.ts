/**
 * The one night that all examples of the documentation speak of: shop-api leaks database connections at three in the morning.
 * The test that calls every example stages this night; a new example that needs more puts it in both places.
 */
import type { ArchivedRunView, RunbookView } from '../contracts/audit-views.ts'
import type { AlertEpisode } from '../contracts/rule-views.ts'
import type {
  AlertView,
  ClaimView,
  FreezeView,
  GateView,
  IncidentDetail,
  IncidentSummary,
  PageView,
} from '../contracts/views.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import type { ErrorExample } from './documented.ts'

export const exampleRequestId = '7d3c0f0e-5a40-4c0c-9f55-0d3a7f1c2b9e'

/** Open, its alert fires, and it waits for people. */
export const openIncident = 'INC-2026-03-14-001'
/** Open, on a version of its runbook that is not in force any more; its workflow has not begun. */
export const unstartedIncident = 'INC-2026-03-14-002'
/** As that one, but at work: its temporary step is applied. */
export const stoppingIncident = 'INC-2026-03-14-003'
/** Ended the evening before. */
export const endedIncident = 'INC-2026-03-13-001'
/** There is none of this number. */
const noIncident = 'INC-2026-03-14-404'

export const ofOpenIncident = { params: { number: openIncident } }

/** Errors that most routes of an incident share. */
export const noSuchIncident: ErrorExample<never> = {
  params: { number: noIncident },
  message: `There is no incident ${noIncident}.`,
  fields: { number: noIncident },
}
export const incidentHasEnded: ErrorExample<never> = {
  params: { number: endedIncident },
  message: `${endedIncident} is closed.`,
  fields: { number: endedIncident, phase: 'closed' },
}

const runbookHash = '5b0f2c6d3ad1c5bb4a1f7d7c6a1f1a0e3f6d0e9c8b7a695847362514031f2e3d'
export const planHash = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

export const summary: IncidentSummary = {
  number: openIncident,
  title: 'Orders is running out of database connections',
  phase: 'mitigation',
  severity: 'SEV2',
  severityLabel: null,
  impact: 'yes',
  system: 'orders',
  environment: 'production',
  owner: 'platform',
  runbook: 'orders-connections',
  routine: null,
  openedAt: '2026-03-14T03:02:09.072Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  recoveredAt: null,
  closedAt: null,
  outcome: null,
  alertsFiring: 1,
  alertsTotal: 1,
  openGates: 3,
}

const alert: AlertView = {
  name: 'OrdersConnectionsHigh',
  status: 'firing',
  labels: { alertname: 'OrdersConnectionsHigh', system: 'orders', environment: 'production' },
  annotations: { summary: 'Orders is running out of database connections' },
  startsAt: '2026-03-14T03:02:00.000Z',
  endsAt: null,
  lastSeenAt: '2026-03-14T03:02:09.072Z',
  events: 1,
}

export const openGate: GateView = {
  id: `${openIncident}/restart-api/1`,
  incident: openIncident,
  kind: 'approval',
  step: 'restart-api',
  attempt: 1,
  planHash,
  question: 'Restart orders-api?',
  approvers: ['role:approver'],
  quorum: 1,
  state: 'open',
  answer: null,
  openedAt: '2026-03-14T03:03:00.000Z',
  expiresAt: null,
  decidedAt: null,
  decidedBy: null,
  votes: [],
  plan: {
    version: 1,
    incident: openIncident,
    step: 'restart-api',
    attempt: 1,
    runbook: { name: 'orders-connections', hash: runbookHash },
    action: 'service.restart',
    risk: 'disruptive',
    target: { name: 'orders-api', kind: 'service', identity: { pid: '42' } },
    parameters: {},
    atMost: 1,
  },
  preview: { summary: 'Restarts orders-api.', wouldTouch: 1, unit: 'process', examples: ['pid 42'] },
}

const claim: ClaimView = {
  step: 'clear-sessions',
  attempt: 1,
  action: 'postgres.terminate_idle',
  target: 'orders-db',
  claimedAt: '2026-03-14T03:02:30.000Z',
  deadline: '2026-03-14T03:12:30.000Z',
  outcome: 'unknown',
  settledAt: '2026-03-14T03:02:50.000Z',
}

const page: PageView = {
  id: `${openIncident}/page/0/0`,
  level: 0,
  functions: ['on-call'],
  state: 'sent',
  because: null,
  dueAt: '2026-03-14T03:02:09.072Z',
  sentAt: '2026-03-14T03:02:11.240Z',
  deliveredAt: '2026-03-14T03:02:11.240Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  latenessMs: 2_168,
  notices: [
    {
      recipient: 'mia',
      channel: 'pager',
      state: 'accepted',
      attempts: 1,
      problem: null,
      acceptedAt: '2026-03-14T03:02:11.240Z',
      rollUp: null,
    },
  ],
}

export const entry: TimelineEntry = {
  seq: 3,
  incident: openIncident,
  kind: 'phase.changed',
  actor: 'paramedic',
  atMs: 1_773_457_329_767,
  data: { from: 'detection', to: 'triage' },
  recordedAt: '2026-03-14T03:02:09.866Z',
  hash: 'de40659262a3c46b124ca241239f3fbfe4da902c4a37404dfd5e40bb61351e1e',
}

export const detail: IncidentDetail = {
  ...summary,
  runbookHash,
  runbookHashInForce: runbookHash,
  bindings: [{ role: 'api', kind: 'service', target: 'orders-api' }],
  inputs: [],
  linkedTo: null,
  postmortemDueAt: null,
  alerts: [alert],
  gates: [openGate],
  claims: [claim],
  pages: [page],
  nextPage: {
    level: 1,
    functions: ['on-call', 'senior'],
    dueAt: '2026-03-14T03:17:09.072Z',
    unless: 'acknowledged',
  },
  nextUpdate: null,
  timeline: [entry],
}

export const runbookOfNight: RunbookView = {
  name: 'orders-connections',
  hash: runbookHash,
  runbook: {
    name: 'orders-connections',
    title: 'Orders is running out of database connections',
    owner: 'platform',
    targets: { db: 'postgres' },
    triage: { checks: [], severity: [{ is: 'SEV2' }] },
    mitigate: [],
    holdMs: 300_000,
    escalate: [{ afterMs: 0, page: ['on-call'] }],
  },
  source: 'runbook: orders-connections\ntitle: Orders is running out of database connections\n',
}

/** The one run of the incident that ended the evening before. */
export const archivedRun: ArchivedRunView = {
  runId: '019a6d1c-3d1e-7a39-8c02-5a6d3d1e7a39',
  sha256: '2f5c0a3b5d7e9f10b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6071829',
  events: 161,
  bytes: 20_431,
}

export const unfrozen: FreezeView = { isOn: false, changedAt: null, changedBy: null, reason: null }

export const episode: AlertEpisode = {
  id: 7,
  name: 'OrdersConnectionsHigh',
  status: 'firing',
  source: 'alertmanager',
  labels: { alertname: 'OrdersConnectionsHigh', system: 'orders', environment: 'production' },
  annotations: { summary: 'Orders is running out of database connections' },
  startsAt: '2026-03-14T03:02:00.000Z',
  endsAt: null,
  incident: openIncident,
  mutedUntil: null,
}
