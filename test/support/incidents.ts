/** Incidents, alerts, plans and gates put on record the way relay and worker do it, for tests that need none of those two. */
import type { Communication } from '../../contracts/communication.ts'
import { type GateKind, gateIdOf } from '../../contracts/incident.ts'
import type { PlannedStep } from '../../contracts/plan.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import { addAlert } from '../../store/alerts.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { openGate } from '../../store/gates.ts'
import { openIncident } from '../../store/incidents.ts'
import { savePlan } from '../../store/plans.ts'
import { saveRunbookVersion } from './runbook-version.ts'

export const emptyRunbook: Runbook = {
  name: 'default',
  title: 'Nothing known',
  owner: 'platform',
  targets: {},
  triage: { checks: [], severity: [{ is: 'SEV3' }] },
  mitigate: [],
  holdMs: 300_000,
  escalate: [],
}

let opened = 0

/** Opens an incident; `alerts` firing ones belong to it. Returns its number. */
export async function givenIncident(
  pool: Pool,
  given: { atMs: number; system?: string; alerts?: number; communication?: Communication[] },
): Promise<string> {
  opened += 1
  const dedupKey = `test/group/${opened}`
  const { communication } = given
  const runbook = communication === undefined ? emptyRunbook : { ...emptyRunbook, communication }
  const runbookHash = communication === undefined ? 'runbook-hash' : `runbook-hash-${opened}`
  await saveRunbookVersion(pool, { hash: runbookHash, runbook, source: 'a runbook' })
  return inTransaction(pool, async tx => {
    const { number } = await openIncident(tx, {
      dedupKey,
      title: `Incident ${opened}`,
      system: given.system ?? 'shop',
      environment: 'test',
      runbook,
      runbookHash,
      bindings: [{ role: 'db', kind: 'postgres', target: 'shop-db' }],
      inputs: [],
      alert: { labels: {}, annotations: {} },
      openedAtMs: given.atMs,
    })
    for (let index = 0; index < (given.alerts ?? 0); index += 1) {
      await addAlert(tx, {
        alertKey: `${dedupKey}/${index}`,
        source: 'test',
        dedupKey,
        name: `Alert ${index}`,
        labels: { instance: String(index) },
        annotations: {},
        status: 'firing',
        startsAtMs: given.atMs,
        firstSeenAtMs: given.atMs,
        lastSeenAtMs: given.atMs,
        events: 1,
        incident: number,
        incidentIsOpen: true,
      })
    }
    return number
  })
}

export const somePlanHash = 'a'.repeat(64)

/** Opens an approval gate with its plan, or the outcome gate of the same attempt. */
export async function givenGate(
  pool: Pool,
  incident: string,
  given: {
    atMs: number
    kind?: GateKind
    approvers?: string[]
    quorum?: number
    expiresAtMs?: number
    step?: string
    planHash?: string
    runbookHash?: string
  },
): Promise<string> {
  const {
    kind = 'approval',
    approvers = ['role:approver'],
    quorum = 1,
    expiresAtMs,
    step = 'restart-api',
    planHash = somePlanHash,
    runbookHash,
  } = given
  const id = gateIdOf(kind, incident, step, 1)
  await inTransaction(pool, async tx => {
    const { rows } = await tx.query<{ hash: string }>(
      'select runbook_hash as hash from incident where number = $1',
      [incident],
    )
    await savePlan(
      tx,
      { ...plannedRestart(incident, step, rows[0]!.hash), planHash },
      {
        previewHash: 'b'.repeat(64),
        isGated: true,
        atMs: given.atMs,
      },
    )
    const entries = await openGate(tx, {
      id,
      incident,
      kind,
      step,
      attempt: 1,
      planHash,
      ...(runbookHash === undefined ? {} : { runbookHash }),
      question: 'Restart shop-api?',
      approvers,
      quorum,
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      atMs: given.atMs,
    })
    await appendEntries(tx, entries)
  })
  return id
}

function plannedRestart(incident: string, step: string, runbookHash: string): PlannedStep {
  return {
    plan: {
      version: 1,
      incident,
      step,
      attempt: 1,
      runbook: { name: 'default', hash: runbookHash },
      action: 'service.restart',
      risk: 'disruptive',
      target: { name: 'shop-api', kind: 'service', identity: { pid: '42' } },
      parameters: {},
      atMost: 1,
    },
    planHash: somePlanHash,
    preview: { summary: 'Restarts shop-api.', wouldTouch: 1, unit: 'process', examples: ['pid 42'] },
    autonomy: 'propose',
    gate: {
      approvers: ['role:approver'],
      quorum: 1,
      expiresMs: 900_000,
      onExpiry: 'next',
      because: 'autonomy',
    },
  }
}
