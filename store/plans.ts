import type { Plan, PlannedStep, Preview } from '../contracts/plan.ts'
import { attemptId } from '../contracts/incident.ts'
import type { Queryable } from './database.ts'

/** Keeps the plan of an attempt; there is one for each, and it never changes. */
export async function savePlan(
  tx: Queryable,
  planned: PlannedStep,
  kept: { previewHash: string; isGated: boolean; atMs: number },
): Promise<void> {
  const { plan, planHash, preview } = planned
  await tx.query(
    `insert into plan (id, incident, step, attempt, plan, plan_hash, preview, preview_hash, gated, planned_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      attemptId(plan.incident, plan.step, plan.attempt),
      plan.incident,
      plan.step,
      plan.attempt,
      plan,
      planHash,
      preview,
      kept.previewHash,
      kept.isGated,
      new Date(kept.atMs),
    ],
  )
}

export interface SavedPlan {
  plan: Plan
  planHash: string
  preview: Preview
  gateExpiresAtMs?: number
}

export async function readPlan(db: Queryable, id: string): Promise<SavedPlan | undefined> {
  const { rows } = await db.query<{
    plan: Plan
    plan_hash: string
    preview: Preview
    expires_at: Date | null
  }>(
    'select p.plan, p.plan_hash, p.preview, g.expires_at from plan p left join gate g on g.id = p.id where p.id = $1',
    [id],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const expires = row.expires_at === null ? {} : { gateExpiresAtMs: row.expires_at.getTime() }
  return { plan: row.plan, planHash: row.plan_hash, preview: row.preview, ...expires }
}
