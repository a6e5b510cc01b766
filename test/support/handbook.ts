/** Plays a shipped runbook from the alert a sender sends to its close, hours in moments; only the targets are scripted. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { inject } from 'vitest'
import { configurationSchema } from '../../contracts/configuration.ts'
import type { TargetConfiguration } from '../../contracts/configuration/targets.ts'
import { type LoadedRunbook, roleOf } from '../../contracts/runbook.ts'
import type { NewEntry } from '../../contracts/timeline.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { startRehearsal } from '../../rehearsal/rehearsal.ts'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { unreachableTarget } from '../../rehearsal/unreachable-targets.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { acceptDelivery } from '../../store/deliveries.ts'
import { answerGate, listGates, vote } from '../../store/gates.ts'
import { readWorkflowInput } from '../../store/incidents.ts'
import { saveRunbookVersion } from './runbook-version.ts'
import { freshDatabase } from './fresh-database.ts'
import { at } from './incident-harness.ts'

const runbooksFolder = join(import.meta.dirname, '..', '..', 'runbooks')
const relayedWithinMs = 20_000

/** One night of a system: how its targets answer, by role, and who does what when. */
export interface Night {
  labels?: Record<string, string>
  targets: Record<string, ScriptedTarget>
  people?: ScriptedAct[]
}

export interface Handbook {
  /** Fires the alert and waits for the end of its incident. */
  night(night: Night): Promise<{
    row: Record<string, unknown>
    /** Minute and functions of each page. */
    pages: [number, string[]][]
    entries<K extends NewEntry['kind']>(kind: K): Extract<NewEntry, { kind: K }>['data'][]
  }>
  stop(): Promise<void>
}

/** @param file below runbooks/. Alerts are sent as those of `system`. */
export async function openHandbook(file: string, system: string, alertname: string): Promise<Handbook> {
  const { pool, drop } = await freshDatabase(inject('postgresUrl'))
  const temporalAddress = inject('temporalAddress')
  const namespace = `test-${randomBytes(6).toString('hex')}`
  const connection = await Connection.connect({ address: temporalAddress })
  await registerNamespace(temporalAddress, namespace)
  await connection.close()
  const source = await readFile(join(runbooksFolder, file), 'utf8')
  const loaded = parsed(source, file)
  await saveRunbookVersion(pool, { ...loaded, source })
  const configuration = configurationSchema.parse({ apiVersion: 'paramedic/v1', kind: 'Configuration' })
  const nights = new Map<string, Night>()
  const rehearsal = await startRehearsal({
    temporalAddress,
    namespace,
    maxCachedWorkflows: inject('maxCachedWorkflows'),
  })
  const stage = rehearsal.stage({
    pool,
    configuration,
    runbooks: [loaded],
    target: name => nights.get(name.split('/')[0]!)!.targets[name.split('/')[1]!]!,
    script: (labels, during) =>
      during === 'incident' ? (nights.get(labels['environment']!)?.people ?? []) : [],
  })

  async function open(environment: string, labels: Record<string, string>): Promise<string> {
    await report(pool, { alertname, system, environment, ...labels }, 'firing', Date.now())
    await stage.relayAll(relayedWithinMs)
    const { rows } = await pool.query<{ number: string }>(
      'select number from incident where environment = $1',
      [environment],
    )
    return rows[0]!.number
  }

  return {
    async night(night) {
      // Of its own, or the targets of two nights would be ambiguous.
      const environment = `night${randomBytes(4).toString('hex')}`
      nights.set(environment, night)
      configuration.targets.push(...targetsOf(loaded, system, environment))
      const number = await open(environment, night.labels ?? {})
      await rehearsal.client.workflow.getHandle(`incident/${number}`).result()
      const { rows } = await pool.query<Record<string, unknown> & { opened_at: Date }>(
        'select * from incident where number = $1',
        [number],
      )
      const timeline = await readTimeline(pool, number)
      const sent = stage.pages.filter(({ page }) => page.incident === number)
      const minute = (atMs: number): number => Math.round((atMs - rows[0]!.opened_at.getTime()) / 60_000)
      return {
        row: rows[0]!,
        pages: sent.map(({ page, atMs }) => [minute(atMs), page.functions]),
        entries: kind => timeline.filter(entry => entry.kind === kind).map(entry => entry.data) as never,
      }
    },
    async stop() {
      await rehearsal.stop()
      await drop()
    },
  }
}

/** The sender says that its alert has gone, at its minute. */
export function alertEnds(minute: number): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const { alert } = await readWorkflowInput(pool, number)
    await report(pool, alert.labels, 'resolved', atMs)
  })
}

/** Somebody allows what waits for it. */
export function approves(minute: number, by = 'ana'): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const gate = await openGateOf(pool, number)
    await vote(pool, { gateId: gate.id, by, verdict: 'approve', planHash: gate.planHash!, atMs })
  })
}

/** Somebody does what the runbook leaves to people, and says so. */
export function ticks(minute: number, does: () => void): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    does()
    const gate = await openGateOf(pool, number)
    await answerGate(pool, { kind: 'manual', gateId: gate.id, answer: 'done', by: 'ana', atMs })
  })
}

async function openGateOf(pool: Pool, incident: string) {
  const [open] = await listGates(pool, { incident, open: true })
  if (open === undefined) throw new Error('nothing waits for a person')
  return open
}

async function report(
  pool: Pool,
  labels: Record<string, string>,
  status: 'firing' | 'resolved',
  atMs: number,
): Promise<void> {
  const { alertname: name = '', environment = '' } = labels
  const key = { dedupKey: `test/${environment}`, alertKey: environment }
  const ends = status === 'resolved' ? { endsAtMs: atMs } : {}
  await acceptDelivery(pool, {
    source: 'test',
    sourceKind: 'alertmanager',
    body: Buffer.from('{}'),
    truncatedAlerts: 0,
    atMs,
    alerts: [{ ...key, ...ends, status, name, labels, annotations: {}, startsAtMs: atMs }],
  })
}

function parsed(source: string, file: string): LoadedRunbook {
  const read = parseRunbook(source, file)
  if ('faults' in read) throw new Error(JSON.stringify(read.faults, null, 2))
  return read
}

/** One for each role. */
function targetsOf({ runbook }: LoadedRunbook, system: string, environment: string): TargetConfiguration[] {
  return Object.entries(runbook.targets).map(([role, written]) =>
    unreachableTarget({
      name: `${environment}/${role}`,
      role,
      kind: roleOf(written).kind,
      system,
      environment,
      autonomy: 'auto',
    }),
  )
}
