/** Planned steps put on record, and the worker's way to claim and to give up one of their attempts. */
import { attemptId } from '../../contracts/incident.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { makeClaim, type NewClaim, type Reached, settleLost } from '../../store/claims.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { somePlanHash } from './incidents.ts'

/** Plans attempt 1 of every step; with `approvedUntilMs` each has a gate that somebody has approved. */
export async function givenPlans(
  pool: Pool,
  incident: string,
  steps: readonly string[],
  given: { atMs: number; approvedUntilMs?: number },
): Promise<void> {
  const ids = steps.map(step => attemptId(incident, step, 1))
  const isGated = given.approvedUntilMs !== undefined
  const at = new Date(given.atMs)
  await pool.query(
    `insert into plan (id, incident, step, attempt, plan, plan_hash, preview, preview_hash, gated, planned_at)
     select id, $3, step, 1, jsonb_build_object('runbook', jsonb_build_object('hash',
       (select runbook_hash from incident where number = $3))), $4, '{}', 'preview', $5, $6 from unnest($1::text[], $2::text[]) as planned (id, step)`,
    [ids, steps, incident, somePlanHash, isGated, at],
  )
  if (given.approvedUntilMs === undefined) return
  await pool.query(
    `insert into gate (id, incident, kind, step, attempt, plan_hash, question, approvers, quorum, state, opened_at, expires_at, decided_at, decided_by)
     select id, $3, 'approval', step, 1, $4, 'Restart?', '{}', 1, 'approved', $5, $6, $5, 'ana'
     from unnest($1::text[], $2::text[]) as planned (id, step)`,
    [ids, steps, incident, somePlanHash, at, new Date(given.approvedUntilMs)],
  )
}

/** Claims attempt 1 of a step and writes the entry, in one transaction as the harness of actions does. */
export async function claimStep(
  pool: Pool,
  claim: Pick<NewClaim, 'incident' | 'step' | 'atMs'> & Partial<NewClaim>,
): ReturnType<typeof makeClaim> {
  const full = {
    ...anEffect,
    worker: 'worker',
    deadlineMs: claim.atMs + 60_000,
    wallAtMs: Date.now(),
    ...claim,
  }
  return inTransaction(pool, async tx => {
    const granted = await makeClaim(tx, full)
    if (granted !== 'granted') return granted
    const { step, attempt, action, target, planHash, incident, atMs } = full
    const data = {
      step,
      attempt,
      action,
      target,
      planHash,
      deadline: new Date(full.deadlineMs).toISOString(),
    }
    await appendEntries(tx, [{ kind: 'claim.made', actor: 'paramedic', atMs, incident, data }])
    return granted
  })
}

/** The workflow gives attempt 1 of a step up for lost, having `heard` of it before or not. */
export async function giveUp(
  pool: Pool,
  lost: { incident: string; step: string; atMs: number; heard?: Reached },
): Promise<Awaited<ReturnType<typeof settleLost>>> {
  const { atMs, heard, ...key } = lost
  return inTransaction(pool, tx => settleLost(tx, { ...anEffect, ...key }, atMs, heard))
}

const anEffect = {
  attempt: 1,
  action: 'service.restart',
  target: 'shop-api',
  planHash: somePlanHash,
} as const
