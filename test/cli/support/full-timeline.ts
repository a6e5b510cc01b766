/** One incident in which everything happens: every kind of entry is in it, in an order that could be true. */
import { createHash } from 'node:crypto'
import type { TimelineEntry, TimelineEvents, TimelineKind } from '../../../contracts/timeline.ts'
export const number = 'INC-2025-03-14-007'
export const openedMs = Date.parse('2025-03-14T02:02:11Z')
const second = 1_000
export const planHash = sha('plan of restart-api')
const killHash = sha('plan of end-idle-sessions')
const poolUntil = 'value.value < 0.8'

type Told = { [K in TimelineKind]: [number, K, TimelineEvents[K], string?] }[TimelineKind]

// One entry a row: the table is read like the story it is.
// prettier-ignore
const told: Told[] = [
  [0, 'alert.firing', { alertKey: 'a1', name: 'ShopDatabasePoolExhausted', summary: 'All 20 connections of the pool are taken.', severity: 'critical', startsAt: '2025-03-14T02:00:05Z' }, 'source:alertmanager'],
  [0, 'incident.opened', { title: "The shop's database pool is exhausted", runbook: 'pool-exhausted', runbookHash: sha('runbook'), dedupKey: 'k', bindings: { db: 'shop-db', api: 'shop-api', metrics: 'shop-metrics' }, unbound: ['cache'], linkedTo: 'INC-2025-03-14-006' }],
  [0.2, 'page.sent', { pageId: `${number}/page/0/0`, level: 0, to: ['on-call'], dueAt: '2025-03-14T02:02:11Z', latenessMs: 240, channels: ['webhook'] }],
  [0.3, 'phase.changed', { from: 'detection', to: 'triage' }],
  [0.6, 'check.measured', { check: 'pool', uses: 'prometheus.scrape', target: 'shop-metrics', values: { value: 1, series: 1 } }],
  [0.6, 'check.measured', { check: 'sessions', uses: 'postgres.connections', target: 'shop-db', values: { total: 21, active: 1, idle: 20, idle_in_transaction: 0, oldest_idle_seconds: 93.4512, max_connections: 100, used_ratio: 0.21 } }],
  [0.7, 'check.measured', { check: 'health', uses: 'service.health', target: 'shop-api', values: { status: 'degraded', http_status: 503, latency_ms: 1004.22 } }],
  [0.8, 'check.measured', { check: 'errors', uses: 'prometheus.scrape', target: 'shop-metrics', values: {}, error: 'no series of shop_http_error_ratio' }],
  [1, 'triage.assessed', { severity: 'SEV2', label: 'High', impact: 'unknown', because: 'SEV2: checks.pool.value >= 0.95 holds; impact unknown: no checks.errors.value' }],
  [1, 'phase.changed', { from: 'triage', to: 'mitigation' }],
  [1.2, 'step.planned', { step: 'end-idle-sessions', attempt: 1, action: 'postgres.terminate_idle', risk: 'disruptive', target: 'shop-db', planHash: killHash, preview: { summary: 'Would end 20 client sessions of shop-db idle for at least 3 s.', wouldTouch: 20, unit: 'sessions', examples: ['pid 4711 (shop) idle for 93 s', 'pid 4712 (shop) idle for 92 s'] }, previewHash: sha('preview'), parameters: { idle_longer_than: 3_000, at_most: 50, application: 'shop' } }],
  [1.3, 'claim.made', { step: 'end-idle-sessions', attempt: 1, action: 'postgres.terminate_idle', target: 'shop-db', planHash: killHash, deadline: '2025-03-14T02:12:12Z' }],
  [1.9, 'effect.ended', { step: 'end-idle-sessions', attempt: 1, action: 'postgres.terminate_idle', target: 'shop-db', outcome: 'succeeded', touched: 20, unit: 'sessions', evidence: { pidsEnded: [4711, 4712, 4713, 4714, 4715, 4716], pidsGone: [], pidsRefused: [] } }],
  [32, 'verification.ended', { of: 'end-idle-sessions/1', verdict: 'not_recovered', until: poolUntil, measured: { pool: { values: { value: 0.95, series: 1 } } }, samples: 29, heldForMs: 0, because: `${poolUntil} did not hold for 3 s in time` }],
  [32, 'step.ended', { step: 'end-idle-sessions', attempt: 1, result: 'failed', because: `${poolUntil} did not hold for 3 s in time` }],
  [32, 'step.waits', { step: 'restart-api', attempt: 1, until: '2025-03-14T02:02:44Z', because: 'health is measured again then' }],
  [33, 'step.planned', { step: 'restart-api', attempt: 1, action: 'service.restart', risk: 'disruptive', target: 'shop-api', planHash, preview: { summary: 'Would stop shop-api (pid 4242) and start it again.', wouldTouch: 1, unit: 'process', examples: ['pid 4242, running since 01:12:44'] }, previewHash: sha('preview 2'), parameters: { grace: 3_000, healthy_within: 20_000 } }],
  [33, 'gate.opened', { gateId: `${number}/restart-api/1`, gate: 'approval', step: 'restart-api', planHash, approvers: ['role:approver'], quorum: 2, expiresAt: '2025-03-14T02:17:44Z', question: 'Would stop shop-api (pid 4242) and start it again.' }],
  [89, 'acknowledged', { alertsCovered: 1, epoch: 0 }, 'person:ana'],
  [100, 'note', { text: 'the deploy of 02:50 looks guilty' }, 'person:ana'],
  [110, 'gate.voted', { gateId: `${number}/restart-api/1`, verdict: 'approve', planHash, votes: 1, quorum: 2 }, 'person:ana'],
  [118, 'gate.voted', { gateId: `${number}/restart-api/1`, verdict: 'approve', planHash, votes: 2, quorum: 2, reason: 'agreed' }, 'person:ben'],
  [118, 'gate.decided', { gateId: `${number}/restart-api/1`, state: 'approved', reason: 'agreed' }, 'person:ben'],
  [119, 'freeze.on', { reason: 'the storage team is migrating' }, 'person:cleo'],
  [119, 'freeze.met', { step: 'restart-api', attempt: 1 }],
  [125, 'freeze.off', {}, 'person:cleo'],
  [126, 'claim.abandoned', { step: 'restart-api', attempt: 1, because: 'its worker was lost before the claim' }],
  [127, 'undo.registered', { step: 'restart-api', attempt: 2, action: 'service.start', target: 'shop-api', parameters: { healthy_within: 20_000 }, temporary: true }],
  [127, 'claim.made', { step: 'restart-api', attempt: 2, action: 'service.restart', target: 'shop-api', planHash, deadline: '2025-03-14T02:14:18Z' }],
  [140, 'effect.ended', { step: 'restart-api', attempt: 2, action: 'service.restart', target: 'shop-api', outcome: 'unknown', error: 'its worker was lost' }],
  [141, 'effect.probed', { step: 'restart-api', attempt: 2, answer: 'cannot-tell', evidence: { pidNow: 4301 } }],
  [142, 'gate.opened', { gateId: `${number}/restart-api/2/outcome`, gate: 'outcome', step: 'restart-api', approvers: ['role:approver', 'role:responder'], quorum: 1, question: 'Did service.restart on shop-api happen?' }],
  [150, 'gate.decided', { gateId: `${number}/restart-api/2/outcome`, state: 'approved', answer: 'done', reason: 'a new pid runs' }, 'person:ana'],
  [151, 'step.ended', { step: 'restart-api', attempt: 2, result: 'failed', because: 'a person said it was done, and it did not help' }],
  [152, 'gate.expired', { gateId: `${number}/clear-cache/1` }],
  [152, 'step.ended', { step: 'clear-cache', attempt: 1, result: 'expired', because: 'nobody decided in time' }],
  [153, 'gate.withdrawn', { gateId: `${number}/scale-out/1`, because: 'the alerts resolved' }],
  [153, 'step.ended', { step: 'scale-out', attempt: 1, result: 'withdrawn', because: 'nobody has to decide it any more' }],
  [154, 'routine.needs-people', { because: 'step restart-api ended as failed' }],
  [154, 'routine.stopped', { because: 'step restart-api ended as failed' }],
  [154, 'routine.missed', { runbook: 'shop-nightly', runbookHash: sha('nightly'), dueAt: '2025-03-14T02:00:00.000Z', because: 'no worker was there to begin it before its window closed', before: 3 }],
  [154, 'recheck.failed', { because: 'the worker gave up: it is broken' }],
  [154, 'ladder.exhausted', { because: 'none of 2 steps brought recovery' }],
  [160, 'severity.changed', { from: 'SEV2', to: 'SEV1', label: 'Critical', because: 'checkout is down in all regions' }, 'person:ana'],
  [161, 'impact.changed', { from: 'unknown', to: 'yes', because: 'support has 12 tickets' }, 'person:ana'],
  [162, 'news.told', { to: 'orders-chat', event: 'severity', channel: 'chat' }],
  [163, 'news.failed', { to: 'management', event: 'severity', failures: { mail: 'Channel mail: the mail server answered 550 to RCPT.' } }],
  [164, 'contact.test', { contact: 'mia', channels: ['pager', 'mail'] }, 'person:ana'],
  [165, 'contact.tested', { contact: 'mia', channel: 'pager' }],
  [165, 'contact.tested', { contact: 'mia', channel: 'mail', problem: 'Channel mail: the mail server did not answer: ESOCKET.' }],
  [15 * 60, 'page.suppressed', { pageId: `${number}/page/0/1`, level: 1, because: 'acknowledged by ana' }],
  [30 * 60 + 14, 'page.sent', { pageId: `${number}/page/0/2`, level: 2, to: ['senior'], dueAt: '2025-03-14T02:32:11Z', latenessMs: 14_200, channels: ['webhook'], unrecordedFor: 'the database did not answer in time' }],
  [31 * 60, 'page.sent', { pageId: `${number}/page/0/4`, level: 4, to: ['on-call', 'dba'], dueAt: '2025-03-14T02:33:11Z', latenessMs: 0, channels: ['pager', 'mail'], reached: { mia: 'pager' }, nobody: ['dba'], failures: { 'tom by chat': 'Channel chat answered 404 (no_service).' }, rollUps: ['roll-up/0123456789abcdef'] }],
  [60 * 60, 'page.failed', { pageId: `${number}/page/0/3`, level: 3, to: ['on-call', 'senior'], dueAt: '2025-03-14T03:02:11Z', latenessMs: 900, failures: { webhook: 'HTTP 502' } }],
  [61 * 60, 'alert.resolved', { alertKey: 'a1', name: 'ShopDatabasePoolExhausted', endsAt: '2025-03-14T03:03:11Z' }, 'source:alertmanager'],
  [61 * 60, 'phase.changed', { from: 'mitigation', to: 'verification' }],
  [61 * 60 + 4, 'verification.ended', { of: 'overall/1', verdict: 'recovered', until: 'checks.pool.value < 0.8', measured: { pool: { values: { value: 0.1, series: 1 } }, health: { values: { status: 'up', http_status: 200, latency_ms: 4.1 } } }, samples: 4, heldForMs: 3_000, because: 'checks.pool.value < 0.8 held for 3 s' }],
  [61 * 60 + 4, 'recovery.held', { because: 'checks.pool.value < 0.8 held for 3 s', holdMs: 300_000 }],
  [61 * 60 + 30, 'recovery.lost', { because: 'an alert fired again' }],
  [61 * 60 + 40, 'runbook.in-force', { name: 'pool-exhausted', hash: sha('runbook 2'), before: sha('runbook 1'), file: 'shop/pool-exhausted.yaml', way: 'sync' }, 'person:cleo'],
  [61 * 60 + 40, 'runbook.in-force', { name: 'default', hash: sha('default'), file: 'default.yaml', way: 'start' }],
  [61 * 60 + 40, 'runbook.in-force', { name: 'default', hash: sha('default'), before: sha('default'), file: 'default.yaml', way: 'sync' }, 'person:cleo'],
  [61 * 60 + 40, 'runbook.withdrawn', { name: 'replica-behind', hash: sha('runbook 3'), way: 'sync' }, 'person:cleo'],
  [61 * 60 + 45, 'runbook.held-back', { file: 'shop/cache.yaml', faults: 2, because: 'shop/cache.yaml:14:3 `verfy` is not known here', keeps: 'cache-cold', way: 'start' }],
  [61 * 60 + 50, 'runbook.mended', { file: 'shop/cache.yaml' }],
  [62 * 60, 'message.unknown', { rowId: 31337 }],
  [62 * 60, 'supervision.found', { finding: 'workflow-gone', subject: number, since: '2025-03-14T03:03:41Z' }],
  [62 * 60, 'supervision.paged', { finding: 'workflow-gone', subject: number, since: '2025-03-14T03:03:41Z', channel: 'mail' }],
  [62 * 60 + 45, 'supervision.ended', { finding: 'workflow-gone', subject: number, since: '2025-03-14T03:03:41Z', lastedMs: 75_000 }],
  [63 * 60, 'resolve.requested', { alertsFiring: 1, reason: 'failed over by hand' }, 'person:ana'],
  [63 * 60, 'undo.ended', { step: 'restart-api', is: 'in-place', action: 'service.start', target: 'shop-api', because: 'a person said that it stays; its undo failed: no answer' }],
  [63 * 60, 'cancel.requested', { reason: 'load test' }, 'person:ben'],
  [63 * 60 + 1, 'incident.closed', { outcome: 'resolved-by-person', because: 'ana ended it' }],
  [63 * 60 + 2, 'history.archived', { runs: [{ runId: '0195', sha256: sha('history'), events: 412, bytes: 20_431 }] }],
  [63 * 60 + 3, 'postmortem.drafted', { version: 1, ticked: ['timeline'], dueAt: '2025-03-16T03:05:12Z' }],
  [63 * 60 + 20, 'page.sent', { pageId: `${number}/post-mortem/reminder`, level: 0, to: ['on-call'], dueAt: '2025-03-14T03:05:31Z', latenessMs: 40, channels: ['webhook'] }],
  [64 * 60, 'postmortem.edited', { version: 2, contentHash: sha('version 2'), sections: ['cause', 'prevention'], ticked: ['trends'], unticked: ['shared'], actionItems: [1, 2] }, 'person:ana'],
  [64 * 60 + 20, 'postmortem.reviewed', { version: 2, writtenBy: 'ana', comment: 'the cause is right' }, 'person:ben'],
  [64 * 60 + 30, 'postmortem.published', { version: 2, contentHash: sha('version 2'), factsHash: sha('facts'), reviewedBy: 'ben' }, 'person:ana'],
  [64 * 60 + 40, 'action-item.done', { item: 1, text: 'Give connections back in one place', note: 'released with 2.4' }, 'person:cleo'],
  [64 * 60 + 42, 'runbook.rebased', { runbook: 'pool-exhausted', from: sha('runbook'), to: sha('newer'), bindings: { db: 'shop-db' }, unbound: ['api (unbound)'], levelSlots: [0], reason: 'the gate asked the wrong team' }, 'person:ana'],
  [64 * 60 + 43, 'levels.covered', { pageIds: [`${number}/page/0/10001`] }],
  [64 * 60 + 44, 'rebase.taken', { runbookHash: sha('newer'), nextStep: 'restart-api', measured: ['health'] }],
  [64 * 60 + 45, 'runbook.tested', { runbook: 'pool-exhausted', runbookHash: sha('runbook'), alert: 'ShopPoolExhausted', targets: ['shop-db'] }, 'person:ana'],
  [64 * 60 + 50, 'postmortem.reopened', { version: 3, reason: 'a second cause was found' }, 'person:ben'],
]

export const fullTimeline: TimelineEntry[] = told.map(
  ([seconds, kind, data, actor], index) =>
    // The rows above are typed by kind; a tuple does not carry that into an object.
    ({
      seq: index + 1,
      kind,
      data,
      actor: actor ?? 'paramedic',
      incident: number,
      atMs: openedMs + seconds * second,
      recordedAt: new Date(openedMs + seconds * second).toISOString(),
      hash: sha(String(index)),
    }) as TimelineEntry,
)

export function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
