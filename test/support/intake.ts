/** Alerts on their way to incidents, with a clock of the test's own. Temporal's door is a list of what was handed over. */
import { afterAll, beforeAll, inject } from 'vitest'
import { applyAlerts } from '../../intake/apply-alerts.ts'
import type { IncidentWorkflows } from '../../intake/deliver-messages.ts'
import type { Intake } from '../../intake/join-incident.ts'
import { createRelay, type Relay } from '../../intake/relay.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, openDatabase, type Pool } from '../../store/database.ts'
import { acceptDelivery } from '../../store/deliveries.ts'
import { saveRunbookVersion } from './runbook-version.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'
import { emptyRunbook } from './incidents.ts'

export interface Report {
  /** Alerts of one group have one dedup key. */
  group: string
  alert: string
  status: 'firing' | 'resolved'
  /** When the source received it; both of its times unless they are told. */
  atMs: number
  startsAtMs?: number
  endsAtMs?: number | 'not told'
}

export interface AlertFacts {
  status: 'firing' | 'resolved'
  events: number
  incident: string | null
  isUnconfirmed: boolean
  isMuted: boolean
}

export interface IntakeUnderTest {
  pool: Pool
  /** What reached the workflows, by incident: row ids in the order they came. */
  handedOver: Map<string, number[]>
  /** Problems the relays reported. */
  problems: object[]
  /** One webhook. */
  deliver(reports: readonly Report[], atMs?: number): Promise<void>
  /** Two relays, as two processes have them, work until nothing waits. */
  drain(atMs: number): Promise<void>
  /** Delivers and drains, at the report's own time. */
  take(report: Report): Promise<void>
  relays: [Relay, Relay]
  apply(dedupKey: string, atMs: number): Promise<number>
  alert(key: string): Promise<AlertFacts>
  incidents(group: string): Promise<{ number: string; isOpen: boolean; linkedTo: string | null }[]>
  outcomes(group: string): Promise<string[]>
  /** The newest transition of an incident, as its workflow has read it. */
  lastTransition(number: string): Promise<number>
  /** Closes the way a workflow does that has read everything, or up to `seenTransition`. */
  close(number: string, outcome: Outcome, atMs: number, seenTransition?: number): Promise<string>
}

type Outcome = 'recovered' | 'resolved-by-person'

export const dedupKeyOf = (group: string): string => `test/group/${group}`

/** One database and two relays for a test file. */
export function intakeUnderTest(): IntakeUnderTest {
  const intake = {} as IntakeUnderTest
  let database: FreshDatabase
  let other: Pool
  beforeAll(async () => {
    database = await freshDatabase(inject('postgresUrl'))
    other = openDatabase(database.url, { name: 'the other relay' })
    await saveRunbookVersion(database.pool, { ...defaultRunbook, source: 'a runbook' })
    Object.assign(intake, createIntake(database.pool, other))
  })
  afterAll(async () => {
    await other.end()
    await database.drop()
  })
  return intake
}

const defaultRunbook = { runbook: emptyRunbook, hash: 'runbook-hash' }

function createIntake(pool: Pool, other: Pool): IntakeUnderTest {
  const handedOver = new Map<string, number[]>()
  const problems: object[] = []
  const log = { error: (fields: object) => void problems.push(fields) }
  const knows: Intake = { runbooks: async () => [defaultRunbook], targets: [], log }
  const workflows = recordingWorkflows(handedOver)
  const relays: [Relay, Relay] = [createRelay(pool, knows, workflows), createRelay(other, knows, workflows)]

  async function deliver(reports: readonly Report[], atMs = reports[0]!.atMs): Promise<void> {
    await acceptDelivery(pool, {
      source: 'test',
      sourceKind: 'alertmanager',
      body: Buffer.from('{}'),
      truncatedAlerts: 0,
      atMs,
      alerts: reports.map(report => ({
        dedupKey: dedupKeyOf(report.group),
        alertKey: report.alert,
        status: report.status,
        name: report.alert,
        labels: { alertname: report.alert },
        annotations: {},
        startsAtMs: report.startsAtMs ?? report.atMs,
        ...(report.status === 'firing' || report.endsAtMs === 'not told'
          ? {}
          : { endsAtMs: report.endsAtMs ?? report.atMs }),
      })),
    })
  }

  async function drain(atMs: number): Promise<void> {
    for (let pass = 0; pass < mostPasses; pass += 1) {
      const [one, two] = await Promise.all(relays.map(relay => relay.pass(atMs)))
      if (one === 0 && two === 0 && !(await isWaiting(pool))) return
    }
    throw new Error(`something still waits after ${mostPasses} passes: ${JSON.stringify(problems.slice(-3))}`)
  }

  async function lastTransition(number: string): Promise<number> {
    const { rows } = await pool.query<{ seen: number }>(
      'select last_transition as seen from incident where number = $1',
      [number],
    )
    return rows[0]!.seen
  }

  return {
    pool,
    handedOver,
    problems,
    relays,
    deliver,
    drain,
    async take(report) {
      await deliver([report])
      await drain(report.atMs)
    },
    apply: (dedupKey, atMs) => applyAlerts(other, knows, dedupKey, atMs),
    async alert(key) {
      const { rows } = await pool.query<AlertFacts>(
        `select status, events, incident, unconfirmed_since is not null as "isUnconfirmed", muted_until is not null as "isMuted"
         from alert where alert_key = $1`,
        [key],
      )
      return rows[0]!
    },
    async incidents(group) {
      const { rows } = await pool.query<{ number: string; isOpen: boolean; linkedTo: string | null }>(
        `select number, phase <> 'closed' as "isOpen", linked_to as "linkedTo" from incident where dedup_key = $1
         order by opened_at, number`,
        [dedupKeyOf(group)],
      )
      return rows
    },
    async outcomes(group) {
      const { rows } = await pool.query<{ outcome: string }>(
        'select outcome from alert_event where dedup_key = $1 order by id',
        [dedupKeyOf(group)],
      )
      return rows.map(row => row.outcome)
    },
    lastTransition,
    async close(number, outcome, atMs, seenTransition) {
      const seen = seenTransition ?? (await lastTransition(number))
      const close = { number, seenTransition: seen, outcome, atMs }
      return inTransaction(pool, async tx => (await closeIncident(tx, close)).result)
    },
  }
}

/** A poison event takes five; the rest is for two relays that step aside for each other. */
const mostPasses = 200

async function isWaiting(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ waits: boolean }>(
    `select exists (select from message where delivered_at is null) or exists (select from alert_event where outcome is null) as waits`,
  )
  return rows[0]!.waits
}

function recordingWorkflows(handedOver: Map<string, number[]>): IncidentWorkflows {
  const hand = (number: string, rowId: number): 'delivered' => {
    handedOver.set(number, [...(handedOver.get(number) ?? []), rowId])
    return 'delivered'
  }
  return {
    startWithMessage: async input => hand(input.number, input.opening.rowId),
    signal: async (number, rowId) => hand(number, rowId),
  }
}
