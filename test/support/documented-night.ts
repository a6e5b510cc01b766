/** Stages the night that the examples of the documentation speak of; api/examples.ts tells of it. */
import { gzipSync } from 'node:zlib'
import { archivedRun, endedIncident, openIncident, planHash } from '../../api/examples.ts'
import { saveHistory } from '../../store/archives.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { decideOutcome, vote } from '../../store/gates.ts'
import { expect } from 'vitest'
import { givenGate, givenIncident } from './incidents.ts'

export async function stageNight(pool: Pool): Promise<void> {
  await stageEnded(pool, Date.parse('2026-03-13T18:40:00Z'))
  await stageOpen(pool, Date.parse('2026-03-14T03:02:09.072Z'))
}

async function stageEnded(pool: Pool, atMs: number): Promise<void> {
  const number = await givenIncident(pool, { atMs, system: 'orders' })
  expect(number).toBe(endedIncident)
  await givenGate(pool, number, { atMs, step: 'restart-api', planHash })
  await givenGate(pool, number, { atMs, step: 'clear-sessions', kind: 'outcome' })
  await inTransaction(pool, tx =>
    closeIncident(tx, { number, seenTransition: 0, outcome: 'recovered', atMs: atMs + 600_000 }),
  )
  const run = { ...archivedRun, historyGzip: gzipSync('{"events":[]}') }
  await inTransaction(pool, tx => saveHistory(tx, number, run, atMs + 660_000))
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
  await decideOutcome(pool, { gateId: answered, answer: 'done', ...decided })
}
