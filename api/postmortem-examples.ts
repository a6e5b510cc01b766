/** Post-mortems of the evenings before the night of examples.ts; the test that calls every example stages them too. */
import type { PostmortemSummary, PostmortemView } from '../contracts/postmortem-views.ts'
import { missingFrom, emptyPostmortem } from '../contracts/postmortem.ts'
import type { ErrorExample } from './documented.ts'
import { endedIncident } from './examples.ts'

/** Published in its second version. */
export const publishedIncident = 'INC-2026-03-12-001'
/** The on-call wrote its second version. */
export const ownIncident = 'INC-2026-03-11-001'
/** Nobody has written anything yet. */
export const emptyIncident = 'INC-2026-03-10-001'

/** Complete in its second version, not published. */
export const ofPostmortem = { params: { number: endedIncident } }
export const ofPublished = { params: { number: publishedIncident } }

export const writtenAt = '2026-03-13T19:20:00.000Z'

export const wasChanged: ErrorExample<never> = {
  ...ofPostmortem,
  message: `The newest version of the post-mortem of ${endedIncident} is 2, written by noah at ${writtenAt}; you have 1.`,
  fields: { number: endedIncident, version: 2, writtenBy: 'noah', writtenAt, basedOn: 1 },
}
export const isPublished: ErrorExample<never> = {
  ...ofPublished,
  message: `The post-mortem of ${publishedIncident} was published by noah, version 2.`,
  fields: { number: publishedIncident, version: 2 },
}
export const isNotPublished: ErrorExample<never> = {
  ...ofPostmortem,
  message: `The post-mortem of ${endedIncident} is a draft.`,
  fields: { number: endedIncident },
}
export const isOwnWork: ErrorExample<never> = {
  params: { number: ownIncident },
  message: 'Version 2 was written by on-call.',
  fields: { number: ownIncident },
}
const missing = missingFrom(emptyPostmortem)
export const isIncomplete: ErrorExample<never> = {
  params: { number: emptyIncident },
  message: `The post-mortem of ${emptyIncident} still lacks: ${missing.join(', ')}.`,
  fields: { number: emptyIncident, missing },
}

const common = {
  incident: endedIncident,
  title: 'Orders is running out of database connections',
  severity: 'SEV3',
  system: 'orders',
  owner: 'platform',
  state: 'draft',
  version: 2,
  dueAt: null,
  isOverdue: false,
  draftedAt: '2026-03-13T18:50:02.000Z',
  reviewedAt: null,
  reviewedBy: null,
  publishedVersion: null,
  publishedAt: null,
  publishedBy: null,
} as const satisfies Partial<PostmortemSummary>

export const postmortemSummary: PostmortemSummary = { ...common, openActionItems: 1 }

export const actionItem = {
  item: 1,
  text: 'Give connections back in one place',
  owner: 'noah',
  dueOn: '2026-04-01',
  doneAt: null,
  doneBy: null,
  note: null,
}

const openedMs = Date.parse('2026-03-13T18:40:00.000Z')
const closedMs = openedMs + 600_000

export const postmortem: PostmortemView = {
  ...common,
  shownVersion: 2,
  environment: 'production',
  facts: {
    number: endedIncident,
    title: 'Orders is running out of database connections',
    runbook: {
      name: 'orders-connections',
      hash: '5b0f2c6d3ad1c5bb4a1f7d7c6a1f1a0e3f6d0e9c8b7a695847362514031f2e3d',
    },
    bindings: { db: 'orders-db' },
    linkedTo: null,
    severity: { final: 'SEV3', label: null, changes: [] },
    impact: { final: 'unknown', changes: [] },
    outcome: 'recovered',
    outcomeBecause: 'checks.pool.used_ratio < 0.7 held for 30 s',
    times: {
      startedAtMs: openedMs,
      detectedAtMs: openedMs,
      acknowledgedAtMs: null,
      mitigatedAtMs: closedMs,
      resolvedAtMs: closedMs,
    },
    durations: {
      detectionMs: 0,
      responseMs: null,
      mitigationMs: 600_000,
      resolutionMs: 600_000,
      impactMs: 600_000,
    },
    alerts: [],
    moreAlerts: 0,
    symptoms: [],
    steps: [],
    course: [],
    pages: [],
    acts: [],
  },
  sections: {
    customers: 'Some orders took ten seconds longer.',
    cause: 'Sessions of the nightly export were left open.',
    detection: 'The pool was watched, its growth was not.',
    prevention: 'The export ends its sessions.',
    changes: 'An alert on the growth of the pool.',
    lessons: 'The runbook worked at its first step.',
  },
  ticked: ['timeline'],
  actionItems: [actionItem],
  contentHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  writtenBy: 'noah',
  writtenAt,
  missing: [],
  versions: [
    { version: 1, writtenBy: null, writtenAt: '2026-03-13T18:50:02.000Z' },
    { version: 2, writtenBy: 'noah', writtenAt },
  ],
}
