/** Stages the night that the examples of the documentation speak of; api/examples.ts tells of it. */
import { gzipSync } from 'node:zlib'
import {
  archivedRun,
  endedIncident,
  openIncident,
  planHash,
  stoppingIncident,
  unstartedIncident,
} from '../../api/examples.ts'
import { saveHistory } from '../../store/archives.ts'
import {
  actionItem,
  emptyIncident,
  ownIncident,
  postmortem,
  publishedIncident,
} from '../../api/postmortem-examples.ts'
import {
  defaultFile,
  ordersFile,
  routineFiles,
  runningRoutine,
  runOfRoutine,
} from '../../api/runbook-examples.ts'
import { syncRunbooks } from '../../api/sync-runbooks.ts'
import { startRoutine } from '../../intake/start-routine.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { answerGate, vote } from '../../store/gates.ts'
import { draftPostmortem } from '../../store/draft-postmortem.ts'
import { editPostmortem, publishPostmortem } from '../../store/postmortems.ts'
import { expect } from 'vitest'
import { claimStep } from './claims.ts'
import { emptyRunbook, givenGate, givenIncident, somePlanHash } from './incidents.ts'

export async function stageNight(pool: Pool): Promise<void> {
  const files = [defaultFile, ordersFile, ...routineFiles]
  await syncRunbooks(pool, undefined, { files, by: 'mia', atMs: Date.parse('2026-03-09T10:00:00Z') })
  const started = { name: runningRoutine, by: 'on-call', atMs: Date.parse('2026-03-09T11:00:00Z') }
  const { incident } = await startRoutine(pool, [], { ...started, place: {}, inputs: {} })
  expect(incident).toBe(runOfRoutine)
  await givenGate(pool, incident, { atMs: started.atMs, step: 'restart-api', planHash })
  for (const [number, day, by] of [
    [emptyIncident, '10', undefined],
    [ownIncident, '11', 'on-call'],
    [publishedIncident, '12', 'noah'],
  ] as const) {
    const atMs = Date.parse(`2026-03-${day}T18:40:00Z`)
    expect(await givenIncident(pool, { atMs, system: 'orders' })).toBe(number)
    await stagePostmortem(pool, number, atMs, by)
  }
  const published = { number: publishedIncident, by: 'noah', atMs: Date.parse('2026-03-12T20:00:00Z') }
  await publishPostmortem(pool, { ...published, version: 2 }, foldFacts)
  await stageEnded(pool, Date.parse('2026-03-13T18:40:00Z'))
  await stageOpen(pool, Date.parse('2026-03-14T03:02:09.072Z'))
  const start = { way: 'start', by: 'paramedic', atMs: Date.parse('2026-03-09T08:00:00Z') } as const
  const written = { hash: 'runbook-hash', runbook: emptyRunbook, file: 'default.yaml', source: 'a runbook' }
  // Beside those that are in force already.
  await changeInForce(pool, start, ({ runbooks }) => ({ inForce: [...runbooks, written], heldBack: [] }))
  await stageVersionBefore(pool, Date.parse('2026-03-14T03:05:00Z'))
}

/** Two incidents on versions that are not in force any more. */
async function stageVersionBefore(pool: Pool, atMs: number): Promise<void> {
  const before = { atMs, system: 'orders', communication: [] }
  expect(await givenIncident(pool, before)).toBe(unstartedIncident)
  const incident = await givenIncident(pool, before)
  expect(incident).toBe(stoppingIncident)
  await pool.query('update incident set workflow_started_at = opened_at where number = $1', [incident])
  const gateId = await givenGate(pool, incident, { atMs, step: 'stop-worker' })
  const hash = '(select runbook_hash from incident where number = $1)'
  await pool.query(
    `update plan set plan = jsonb_set(plan, '{runbook,hash}', to_jsonb(${hash})) where incident = $1`,
    [incident],
  )
  await pool.query(
    `update runbook_version set normalised = jsonb_set(normalised, '{mitigate}', '[{"id":"stop-worker","temporary":true}]') where hash = ${hash}`,
    [incident],
  )
  await vote(pool, { gateId, verdict: 'approve', planHash: somePlanHash, by: 'noah', atMs })
  expect(await claimStep(pool, { incident, step: 'stop-worker', atMs })).toBe('granted')
}

async function stageEnded(pool: Pool, atMs: number): Promise<void> {
  const number = await givenIncident(pool, { atMs, system: 'orders' })
  expect(number).toBe(endedIncident)
  await givenGate(pool, number, { atMs, step: 'restart-api', planHash })
  await givenGate(pool, number, { atMs, step: 'clear-sessions', kind: 'outcome' })
  await givenGate(pool, number, { atMs, step: 'raise-pool', kind: 'manual' })
  await stagePostmortem(pool, number, atMs, 'noah')
  const run = { ...archivedRun, historyGzip: gzipSync('{"events":[]}') }
  await inTransaction(pool, tx => saveHistory(tx, number, run, atMs + 660_000))
}

/** Closes the incident and drafts its post-mortem; with a name, somebody has written all of it. */
async function stagePostmortem(
  pool: Pool,
  incident: string,
  atMs: number,
  by: string | undefined,
): Promise<void> {
  const closedAtMs = atMs + 600_000
  await inTransaction(pool, async tx => {
    await closeIncident(tx, { number: incident, seenTransition: 0, outcome: 'recovered', atMs: closedAtMs })
    const { title, runbook, bindings } = postmortem.facts
    const data = { title, runbook: runbook.name, runbookHash: runbook.hash, dedupKey: incident, bindings }
    const common = { actor: 'paramedic', incident } as const
    await appendEntries(tx, [
      { ...common, atMs, kind: 'incident.opened', data },
      {
        ...common,
        atMs: closedAtMs,
        kind: 'incident.closed',
        data: { outcome: 'recovered', because: 'measured' },
      },
    ])
  })
  await draftPostmortem(pool, { number: incident, atMs: closedAtMs + 2_000 })
  if (by === undefined) return
  const { text, owner, dueOn } = actionItem
  await editPostmortem(pool, {
    number: incident,
    by,
    atMs: atMs + 40 * 60_000,
    basedOn: 1,
    sections: postmortem.sections,
    actionItems: [{ text, owner, dueOn }],
  })
}

async function stageOpen(pool: Pool, atMs: number): Promise<void> {
  const number = await givenIncident(pool, { atMs, system: 'orders', alerts: 1 })
  expect(number).toBe(openIncident)
  await givenGate(pool, number, { atMs, step: 'restart-api', planHash })
  await givenGate(pool, number, { atMs, step: 'clear-sessions', kind: 'outcome' })
  const decided = { by: 'noah', atMs: Date.parse('2026-03-14T03:03:41Z') }
  const approved = await givenGate(pool, number, { atMs, step: 'warm-cache', planHash })
  await vote(pool, { gateId: approved, verdict: 'approve', planHash, ...decided })
  const answered = await givenGate(pool, number, { atMs, step: 'flush-cache', kind: 'outcome' })
  await answerGate(pool, { kind: 'outcome', gateId: answered, answer: 'done', ...decided })
  await givenGate(pool, number, { atMs, step: 'raise-pool', kind: 'manual' })
  await givenGate(pool, number, { atMs, step: 'drain-node', kind: 'manual', runbookHash: 'the-one-before' })
  const ticked = await givenGate(pool, number, { atMs, step: 'tell-support', kind: 'manual' })
  await answerGate(pool, { kind: 'manual', gateId: ticked, answer: 'done', ...decided })
}
