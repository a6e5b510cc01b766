/**
 * Metrics that PostgreSQL knows, read at each scrape. The histograms count every row there ever was: a window ("the
 * last 7 days") would let their counters fall, which Prometheus takes for a restart, and a process's own counters would
 * forget at each restart what workers saw. Any window is `increase(..._bucket[7d])`. Every api process tells the same, so
 * take `max without (instance)`, never a sum.
 */
import { Counter, Gauge, Registry } from 'prom-client'
import { findingKinds } from '../contracts/supervision.ts'
import type { Pool } from '../store/database.ts'
import {
  type MetricReadings,
  readHistogram,
  readMetrics,
  type StoredHistogram,
} from '../store/metric-readings.ts'

const minute = 60
const hour = 60 * minute

const histograms = [
  {
    of: 'acknowledge',
    name: 'paramedic_time_to_acknowledge_seconds',
    help: 'From opening to the first acknowledgement.',
    // The levels of the usual escalation (15, 30, 60 minutes) are bounds.
    bounds: [30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 4 * hour],
  },
  {
    of: 'recover',
    name: 'paramedic_time_to_recover_seconds',
    help: 'From opening to the recovery that held, of closed incidents.',
    bounds: [minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 24 * hour],
  },
  {
    of: 'gate',
    name: 'paramedic_gate_wait_seconds',
    help: 'From opening a gate to a person deciding it.',
    bounds: [10, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour],
  },
  {
    of: 'page',
    name: 'paramedic_escalation_lateness_seconds',
    help: 'How long after its deadline a page was sent.',
    // Five seconds is the promise, ten after something was down.
    bounds: [0.5, 1, 2, 5, 10, 30, minute, 5 * minute],
  },
] as const

export async function storedMetrics(pool: Pool, atMs: number): Promise<string> {
  const [readings, ...stored] = await Promise.all([
    readMetrics(pool, atMs),
    ...histograms.map(async definition =>
      histogramText(definition, await readHistogram(pool, definition.of, definition.bounds)),
    ),
  ])
  return [await gaugesText(readings), ...stored].join('\n')
}

async function gaugesText(readings: MetricReadings): Promise<string> {
  const registry = new Registry()
  const gauge = (name: string, help: string, value: number): void => {
    new Gauge({ name, help, registers: [registry] }).set(value)
  }
  const incidents = new Gauge({
    name: 'paramedic_incidents',
    help: 'Incidents that alerts have opened, by phase and severity.',
    labelNames: ['phase', 'severity'],
    registers: [registry],
  })
  for (const { phase, severity, count } of readings.incidents) incidents.set({ phase, severity }, count)
  gauge('paramedic_open_routines', 'Runs of routines that are not over.', readings.routines.open)
  gauge(
    'paramedic_routines_needing_people',
    'Runs of routines that are not over and in which something went wrong or waits for somebody.',
    readings.routines.needPeople,
  )
  const runs = new Gauge({
    name: 'paramedic_routine_runs',
    help: 'Times of routines by what became of them.',
    labelNames: ['state'],
    registers: [registry],
  })
  for (const state of ['opened', 'missed'] as const) runs.set({ state }, readings.routines[state])
  const lag = new Gauge({
    name: 'paramedic_relay_lag_seconds',
    help: 'Age of the oldest alert not taken, and of the oldest message not delivered.',
    labelNames: ['of'],
    registers: [registry],
  })
  lag.set({ of: 'alerts' }, readings.oldestWaitingAlertMs / 1_000)
  lag.set({ of: 'messages' }, readings.oldestUndeliveredMessageMs / 1_000)
  gauge('paramedic_open_gates', 'Gates that wait for people.', readings.openGates)
  gauge('paramedic_waiting_alerts', 'Reported alerts the relay has not taken.', readings.waitingAlerts)
  gauge(
    'paramedic_undelivered_messages',
    'Messages that have not reached their workflow.',
    readings.undeliveredMessages,
  )
  gauge(
    'paramedic_quarantined_alerts',
    'Alerts set aside after failing again and again.',
    readings.quarantinedAlerts,
  )
  gauge(
    'paramedic_unread_deliveries',
    'Deliveries of known senders that could not be read.',
    readings.unreadDeliveries,
  )
  const rules = new Gauge({
    name: 'paramedic_rules',
    help: 'Threshold rules by phase.',
    labelNames: ['phase'],
    registers: [registry],
  })
  for (const { phase, count } of readings.rules) rules.set({ phase }, count)
  gauge(
    'paramedic_rules_with_problems',
    'Threshold rules whose last measurement gave no value to compare.',
    readings.rulesWithProblems,
  )
  gauge(
    'paramedic_rule_lag_seconds',
    'How late the threshold rule is that has been due the longest.',
    readings.oldestDueRuleMs / 1_000,
  )
  gauge(
    'paramedic_runbook_files_with_faults',
    'Runbook files that are held back, while their last good versions are in force.',
    readings.runbookFilesWithFaults,
  )
  const runbooks = new Gauge({
    name: 'paramedic_runbook_info',
    help: 'The version of each runbook in force: always 1.',
    labelNames: ['runbook', 'version'],
    registers: [registry],
  })
  for (const { name, hash } of readings.runbooks)
    runbooks.set({ runbook: name, version: hash.slice(0, 12) }, 1)
  const findings = new Gauge({
    name: 'paramedic_supervision_findings',
    help: 'What supervision has found wrong with Paramedic itself and is not over.',
    labelNames: ['kind'],
    registers: [registry],
  })
  for (const kind of findingKinds) findings.set({ kind }, readings.findings[kind] ?? 0)
  gauge(
    'paramedic_supervision_last_look_timestamp_seconds',
    'When supervision last completed a look; it looks every 15 s. 0 before the first.',
    readings.lastLookMs / 1_000,
  )
  countNotices(registry, readings)
  return registry.metrics()
}

function countNotices(registry: Registry, { notices, rollUps }: MetricReadings): void {
  const labelNames = ['kind'] as const
  const sent = new Counter({
    name: 'paramedic_notices_sent_total',
    help: 'Pages and messages that a channel took.',
    labelNames,
    registers: [registry],
  })
  const failed = new Counter({
    name: 'paramedic_notices_failed_total',
    help: 'Tries to send one that failed.',
    labelNames,
    registers: [registry],
  })
  for (const { channelKind: kind, ...count } of notices) {
    sent.inc({ kind }, count.sent)
    failed.inc({ kind }, Math.max(0, count.failed))
  }
  new Counter({
    name: 'paramedic_roll_ups_total',
    help: 'Messages that named several which could not go at once.',
    registers: [registry],
  }).inc(rollUps)
}

/** Prometheus' text format; prom-client has no way to set a histogram's counts. */
function histogramText(
  definition: { name: string; help: string; bounds: readonly number[] },
  stored: StoredHistogram,
): string {
  const { name, help, bounds } = definition
  const buckets = bounds.map((bound, index) => `${name}_bucket{le="${bound}"} ${stored.counts[index] ?? 0}`)
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_bucket{le="+Inf"} ${stored.count}`,
    `${name}_sum ${stored.sum}`,
    `${name}_count ${stored.count}`,
    '',
  ].join('\n')
}
