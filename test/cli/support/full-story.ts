import type { GateView, IncidentDetail } from '../../../contracts/views.ts'
import { fullTimeline, number, openedMs, planHash, sha } from './full-timeline.ts'

const second = 1_000
const minute = 60 * second

export const openGate: GateView = {
  id: `${number}/restart-api/1`,
  incident: number,
  kind: 'approval',
  step: 'restart-api',
  attempt: 1,
  planHash,
  question: 'Would stop shop-api (pid 4242) and start it again.',
  approvers: ['role:approver'],
  quorum: 2,
  state: 'open',
  answer: null,
  openedAt: '2025-03-14T02:02:44Z',
  expiresAt: '2025-03-14T02:17:44Z',
  decidedAt: null,
  decidedBy: null,
  votes: [],
  plan: {
    version: 1,
    incident: number,
    step: 'restart-api',
    attempt: 1,
    runbook: { name: 'pool-exhausted', hash: sha('runbook') },
    action: 'service.restart',
    risk: 'disruptive',
    target: { name: 'shop-api', kind: 'service', identity: { pid: '4242', startTime: '8812345' } },
    parameters: { grace: 3_000, healthy_within: 20_000 },
    atMost: 1,
  },
  preview: {
    summary: 'Would stop shop-api (pid 4242) and start it again.',
    wouldTouch: 1,
    unit: 'process',
    examples: ['pid 4242, running since 01:12:44'],
  },
}

const base = {
  number,
  title: "The shop's database pool is exhausted",
  severityLabel: 'High',
  system: 'shop',
  environment: 'sandbox',
  owner: 'platform',
  runbook: 'pool-exhausted',
  runbookHash: sha('runbook'),
  runbookHashInForce: sha('runbook'),
  bindings: [],
  inputs: [],
  openedAt: new Date(openedMs).toISOString(),
  linkedTo: null,
  routine: null,
  pages: [],
  nextPage: null,
  nextUpdate: null,
  claims: [],
} satisfies Partial<IncidentDetail>

const alert = {
  name: 'ShopDatabasePoolExhausted',
  labels: {
    alertname: 'ShopDatabasePoolExhausted',
    severity: 'critical',
    system: 'shop',
    environment: 'sandbox',
  },
  annotations: { summary: 'All 20 connections of the pool are taken.' },
  startsAt: '2025-03-14T02:00:05Z',
  lastSeenAt: '2025-03-14T02:04:00Z',
}

/** 89 seconds in: the first step did not help, the second waits for somebody. */
export const waitingIncident: IncidentDetail = {
  ...base,
  phase: 'mitigation',
  severity: 'SEV2',
  impact: 'unknown',
  acknowledgedAt: null,
  acknowledgedBy: null,
  recoveredAt: null,
  closedAt: null,
  outcome: null,
  postmortemDueAt: null,
  alertsFiring: 1,
  alertsTotal: 1,
  openGates: 1,
  alerts: [{ ...alert, status: 'firing', endsAt: null, events: 12 }],
  gates: [openGate],
  timeline: fullTimeline.filter(entry => entry.atMs < openedMs + 60 * second),
}
export const waitingNowMs = openedMs + 89 * second

/** All over: everything that can be on a timeline has happened. */
export const closedIncident: IncidentDetail = {
  ...base,
  phase: 'closed',
  severity: 'SEV1',
  impact: 'yes',
  acknowledgedAt: new Date(openedMs + 89 * second).toISOString(),
  acknowledgedBy: 'ana',
  recoveredAt: null,
  closedAt: new Date(openedMs + 63 * minute + second).toISOString(),
  outcome: 'resolved-by-person',
  postmortemDueAt: new Date(openedMs + 48 * 60 * minute).toISOString(),
  alertsFiring: 0,
  alertsTotal: 1,
  openGates: 0,
  alerts: [{ ...alert, status: 'resolved', endsAt: '2025-03-14T03:03:11Z', events: 31 }],
  gates: [],
  timeline: fullTimeline,
}
export const closedNowMs = openedMs + 65 * minute
