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
  const gauges = gaugesOf(registry)
  countIncidents(gauges, readings)
  measureRelay(gauges, readings)
  judgeRules(gauges, readings)
  showRunbooks(gauges, readings)
  showSupervision(gauges, readings)
  countNotices(registry, readings)
  return registry.metrics()
}

interface Gauges {
  one(name: string, help: string, value: number): void
  /** One gauge with a series for each set of labels; perhaps none yet, which is not 0. */
  many<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    series: readonly (readonly [Record<L, string>, number])[],
  ): void
}

function gaugesOf(registry: Registry): Gauges {
  const registers = [registry]
  return {
    one: (name, help, value) => new Gauge({ name, help, registers }).set(value),
    many(name, help, labelNames, series) {
      const gauge = new Gauge({ name, help, labelNames, registers })
      for (const [labels, value] of series) gauge.set(labels, value)
    },
  }
}

function countIncidents({ one, many }: Gauges, { incidents, routines }: MetricReadings): void {
  many(
    'paramedic_incidents',
    'Incidents that alerts have opened, by phase and severity.',
    ['phase', 'severity'],
    incidents.map(({ phase, severity, count }) => [{ phase, severity }, count]),
  )
  one('paramedic_open_routines', 'Runs of routines that are not over.', routines.open)
  one(
    'paramedic_routines_needing_people',
    'Runs of routines that are not over and in which something went wrong or waits for somebody.',
    routines.needPeople,
  )
  many(
    'paramedic_routine_runs',
    'Times of routines by what became of them.',
    ['state'],
    [
      [{ state: 'opened' }, routines.opened],
      [{ state: 'missed' }, routines.missed],
    ],
  )
}

/** What has come in and waits to be taken, delivered or decided. */
function measureRelay({ one, many }: Gauges, readings: MetricReadings): void {
  many(
    'paramedic_relay_lag_seconds',
    'Age of the oldest alert not taken, and of the oldest message not delivered.',
    ['of'],
    [
      [{ of: 'alerts' }, readings.oldestWaitingAlertMs / 1_000],
      [{ of: 'messages' }, readings.oldestUndeliveredMessageMs / 1_000],
    ],
  )
  one('paramedic_open_gates', 'Gates that wait for people.', readings.openGates)
  one('paramedic_waiting_alerts', 'Reported alerts the relay has not taken.', readings.waitingAlerts)
  one(
    'paramedic_undelivered_messages',
    'Messages that have not reached their workflow.',
    readings.undeliveredMessages,
  )
  one(
    'paramedic_quarantined_alerts',
    'Alerts set aside after failing again and again.',
    readings.quarantinedAlerts,
  )
  one(
    'paramedic_unread_deliveries',
    'Deliveries of known senders that could not be read.',
    readings.unreadDeliveries,
  )
}

function judgeRules({ one, many }: Gauges, readings: MetricReadings): void {
  many(
    'paramedic_rules',
    'Threshold rules by phase.',
    ['phase'],
    readings.rules.map(({ phase, count }) => [{ phase }, count]),
  )
  one(
    'paramedic_rules_with_problems',
    'Threshold rules whose last measurement gave no value to compare.',
    readings.rulesWithProblems,
  )
  one(
    'paramedic_rule_lag_seconds',
    'How late the threshold rule is that has been due the longest.',
    readings.oldestDueRuleMs / 1_000,
  )
}

function showRunbooks({ one, many }: Gauges, { runbookFilesWithFaults, runbooks }: MetricReadings): void {
  one(
    'paramedic_runbook_files_with_faults',
    'Runbook files that are held back, while their last good versions are in force.',
    runbookFilesWithFaults,
  )
  many(
    'paramedic_runbook_info',
    'The version of each runbook in force: always 1.',
    ['runbook', 'version'],
    runbooks.map(({ name, hash }) => [{ runbook: name, version: hash.slice(0, 12) }, 1]),
  )
}

function showSupervision({ one, many }: Gauges, { findings, lastLookMs }: MetricReadings): void {
  many(
    'paramedic_supervision_findings',
    'What supervision has found wrong with Paramedic itself and is not over.',
    ['kind'],
    findingKinds.map(kind => [{ kind }, findings[kind] ?? 0]),
  )
  one(
    'paramedic_supervision_last_look_timestamp_seconds',
    'When supervision last completed a look; it looks every 15 s. 0 before the first.',
    lastLookMs / 1_000,
  )
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
