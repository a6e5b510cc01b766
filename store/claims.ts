import type { Outcome } from '../contracts/incident.ts'
import { openPhases } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { undoId } from '../contracts/runbook.ts'
import type { ActionName } from '../contracts/targets/catalogue.ts'
import type { Queryable } from './database.ts'

/** One attempt of a step; an effect happens at most once for each. */
export interface AttemptKey {
  incident: string
  step: string
  attempt: number
}

/** An attempt and what it does to what. */
export interface PlannedAttempt extends AttemptKey {
  action: ActionName
  target: string
  planHash: string
}

export interface NewClaim extends PlannedAttempt {
  worker: string
  atMs: number
  /** By the clock of the worker's own machine: what an effect leaves behind there is older or newer by that clock only. */
  wallAtMs: number
  deadlineMs: number
  /** Of the target: so many claims inside the window, this one included. */
  limit?: { count: number; withinMs: number }
}

/** Why a claim was not granted. `exists`: another worker has it, or it was given up as lost. */
export type ClaimRefusal =
  | 'frozen'
  | 'not-approved'
  | 'plan-changed'
  | 'rebased'
  | 'incident-ended'
  | 'window-closed'
  | 'limit-reached'
  | 'exists'

/**
 * Grants the right to one effect, or says why not. One statement decides: the plan is the one on record and, unless it takes a step
 * back, of the version of the runbook that the incident runs, a gated plan is approved and unused and fresh, no freeze is on, the
 * incident goes on (or this takes a temporary step back), the window of a routine is open (or this takes a step back), the target's
 * limit leaves room. The rows of freeze
 * and incident are share-locked until our commit: whoever freezes or ends comes wholly before this claim or wholly after it.
 */
export async function makeClaim(tx: Queryable, claim: NewClaim): Promise<'granted' | ClaimRefusal> {
  if (claim.limit !== undefined) await lockTarget(tx, claim.target)
  const values = [claim.incident, claim.step, claim.attempt, claim.planHash, new Date(claim.atMs)]
  const { rowCount } = await tx.query(
    `with allowed as (${allowedSql})
     , made as (
       insert into claim (incident, step, attempt, action, target, plan_hash, worker, claimed_at, deadline, claimed_wall_at)
       select $1, $2, $3, $8, $9, $4, $10, $5, $11, $14 from allowed
       on conflict do nothing returning 1
     )
     , consumed as (
       update gate set consumed_at = $5 where id = (select id from plan where incident = $1 and step = $2 and attempt = $3)
         and exists (select 1 from made)
     )
     select 1 from made`,
    [
      ...values,
      limits.approvalUseMs,
      openPhases,
      claim.action,
      claim.target,
      claim.worker,
      new Date(claim.deadlineMs),
      claim.limit?.count ?? null,
      claim.limit?.withinMs ?? null,
      new Date(claim.wallAtMs),
    ],
  )
  return rowCount === 1 ? 'granted' : whyRefused(tx, claim)
}

/** Of an effect that failed the record knows how much it touched; one that a probe has found undone touched nothing. */
const wasAppliedSql = `(c.outcome in ('succeeded', 'unknown')
  or c.outcome = 'failed' and c.settled_by <> 'probe' and coalesce(c.evidence ->> 'touched', '1') <> '0')`

/** Parameters of the undo whose value is that of an input, as the incident has it. */
const fromInputsSql = `coalesce((
  select jsonb_object_agg(f.key, n -> 'value') from jsonb_each_text(s #> '{undo,fromInputs}') f
    cross join incident g cross join jsonb_array_elements(g.inputs) n
  where g.number = $1 and n ->> 'name' = f.value), '{}')`

const allowedSql = `
  select 1 from freeze_state f, incident i, plan p
  where not f.is_on
    and i.number = $1 and i.phase = any($7) and (i.end_requested is null or ${takesBackSql('$8', '$9')})
    and ${isInWindowSql('i', '$2', '$5')}
    and p.incident = $1 and p.step = $2 and p.attempt = $3 and p.plan_hash = $4
    and (p.plan #>> '{runbook,hash}' = i.runbook_hash or p.step like '%.undo')
    and (not p.gated or exists (
      select 1 from gate g where g.id = p.id and g.state = 'approved' and g.plan_hash = $4 and g.consumed_at is null
        and (g.expires_at is null or g.expires_at + $6 * interval '1 millisecond' > $5)))
    and ($12::int is null or (${claimsInWindow('$9', '$5', '$13')}) < $12)
  for share of f, i`

/** No step of a routine begins after its window, however late its worker comes; what takes one back does. */
function isInWindowSql(incident: string, step: string, at: string): string {
  return `(${incident}.routine_closes_at is null or ${at} < ${incident}.routine_closes_at or ${step} like '%${undoId('')}')`
}

/**
 * The claim is that of an undo which takes a temporary step of this incident back: the runbook which that step was planned from
 * says so, to the parameter, and the step really was applied. Nothing else is claimed after a person ended the incident.
 */
function takesBackSql(action: string, target: string): string {
  return `exists (
    select 1 from claim c
      join plan o on o.incident = c.incident and o.step = c.step and o.attempt = c.attempt
      join runbook_version r on r.hash = o.plan #>> '{runbook,hash}'
      cross join jsonb_array_elements(r.normalised -> 'mitigate') s
      join plan u on u.incident = $1 and u.step = $2 and u.attempt = $3
    where c.incident = $1 and c.step || '${undoId('')}' = $2 and c.target = ${target} and ${wasAppliedSql}
      and s ->> 'id' = c.step and s -> 'temporary' = 'true'
      and s #>> '{undo,uses}' = ${action} and (s #> '{undo,with}') || ${fromInputsSql} = u.plan -> 'parameters')`
}

/** Temporary steps of an incident that are being applied now. */
export async function readTemporaryRunning(tx: Queryable, incident: string): Promise<string[]> {
  const { rows } = await tx.query<{ step: string }>(
    `select distinct c.step from claim c
       join plan o on o.incident = c.incident and o.step = c.step and o.attempt = c.attempt
       join runbook_version r on r.hash = o.plan #>> '{runbook,hash}'
       cross join jsonb_array_elements(r.normalised -> 'mitigate') s
     where c.incident = $1 and s ->> 'id' = c.step and s -> 'temporary' = 'true' and c.outcome is null`,
    [incident],
  )
  return rows.map(({ step }) => step)
}

/** An abandoned attempt touched nothing; every other one may have. */
function claimsInWindow(target: string, at: string, withinMs: string): string {
  return `select count(*) from claim c where c.target = ${target} and c.outcome is distinct from 'abandoned'
    and c.claimed_at > ${at}::timestamptz - ${withinMs}::float8 * interval '1 millisecond'`
}

/**
 * One claim after the other on a target that has a limit, until each commits. A statement of its own: the one that counts
 * must begin, and so see, after the claim before it was committed.
 */
async function lockTarget(tx: Queryable, target: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('paramedic target'), hashtext($1))`, [target])
}

async function whyRefused(tx: Queryable, claim: NewClaim): Promise<ClaimRefusal> {
  const { rows } = await tx.query<{
    exists: boolean
    frozen: boolean
    open: boolean
    in_window: boolean
    same_plan: boolean
    same_runbook: boolean
    full: boolean
  }>(
    `select exists (select 1 from claim where incident = $1 and step = $2 and attempt = $3) as exists,
       (select is_on from freeze_state) as frozen,
       exists (select 1 from incident where number = $1 and phase = any($5)
         and (end_requested is null or ${takesBackSql('$10', '$7')})) as open,
       exists (select 1 from incident i where i.number = $1 and ${isInWindowSql('i', '$2', '$8')}) as in_window,
       exists (select 1 from plan where incident = $1 and step = $2 and attempt = $3 and plan_hash = $4) as same_plan,
       exists (select 1 from plan join incident on number = incident where incident = $1 and step = $2 and attempt = $3
         and (plan #>> '{runbook,hash}' = runbook_hash or step like '%.undo')) as same_runbook,
       $6::int is not null and (${claimsInWindow('$7', '$8', '$9')}) >= $6 as full`,
    [
      claim.incident,
      claim.step,
      claim.attempt,
      claim.planHash,
      openPhases,
      claim.limit?.count ?? null,
      claim.target,
      new Date(claim.atMs),
      claim.limit?.withinMs ?? null,
      claim.action,
    ],
  )
  const why = rows[0]!
  if (why.exists) return 'exists'
  if (why.frozen) return 'frozen'
  if (!why.open) return 'incident-ended'
  if (!why.in_window) return 'window-closed'
  if (!why.same_plan) return 'plan-changed'
  if (!why.same_runbook) return 'rebased'
  return why.full ? 'limit-reached' : 'not-approved'
}

/** Writes how many things a running effect has touched by now. False when its claim is settled: somebody else's word stands. */
export async function recordTouched(db: Queryable, key: AttemptKey, touched: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'update claim set touched = $4 where incident = $1 and step = $2 and attempt = $3 and outcome is null',
    [key.incident, key.step, key.attempt, touched],
  )
  return rowCount === 1
}

export interface ClaimRow {
  outcome: Outcome | 'abandoned' | null
  evidence: Record<string, unknown> | null
  /** By the clock of the machine of whoever claimed it. */
  claimedWallAtMs: number
  /** By the clock of the incident: no effect begins after it. */
  deadlineMs: number
}

/** Writes how a claimed effect ended; what was known of it before, as the number touched, stays. False when the claim was settled otherwise in the meantime: that stands. */
export async function settleClaim(
  tx: Queryable,
  key: AttemptKey,
  settled: {
    outcome: Outcome
    evidence: Record<string, unknown>
    by: string
    atMs: number
    from?: 'unknown'
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update claim set outcome = $4, evidence = coalesce(evidence, '{}') || $5, settled_by = $6, settled_at = $7
     where incident = $1 and step = $2 and attempt = $3 and outcome is not distinct from $8`,
    [
      key.incident,
      key.step,
      key.attempt,
      settled.outcome,
      settled.evidence,
      settled.by,
      new Date(settled.atMs),
      settled.from ?? null,
    ],
  )
  return rowCount === 1
}

/** How far an effect came before its worker was lost; empty when nobody told. */
export interface Reached {
  touched?: number
  /** What is counted, in the words of the preview. */
  unit?: string
}

/**
 * After the worker of an attempt was lost: nothing claimed becomes a tombstone that no late worker can pass; a claim
 * without outcome becomes `unknown`, with the count of its last checkpoint or what was `heard` later; anything else stands.
 */
export async function settleLost(
  tx: Queryable,
  key: PlannedAttempt,
  atMs: number,
  heard: { [known in keyof Reached]: Reached[known] | undefined } = {},
): Promise<{ row: ClaimRow; changed: 'abandoned' | 'unknown' | undefined; reached: Reached }> {
  const at = new Date(atMs)
  const tombstone = await tx.query(
    `insert into claim (incident, step, attempt, action, target, plan_hash, worker, claimed_at, deadline, outcome, settled_at, settled_by)
     values ($1, $2, $3, $4, $5, $6, 'none', $7, $7, 'abandoned', $7, 'paramedic') on conflict do nothing`,
    [key.incident, key.step, key.attempt, key.action, key.target, key.planHash, at],
  )
  const unknown = await tx.query<{ evidence: Reached }>(
    `update claim set outcome = 'unknown', settled_at = $4, settled_by = 'paramedic',
       evidence = case when coalesce(touched, $5) is null then '{}'
         else jsonb_strip_nulls(jsonb_build_object('touched', greatest(touched, $5), 'unit', $6::text)) end
     where incident = $1 and step = $2 and attempt = $3 and outcome is null
     returning evidence`,
    [key.incident, key.step, key.attempt, at, heard.touched ?? null, heard.unit ?? null],
  )
  const row = await readClaim(tx, key)
  return {
    row: row!,
    changed: tombstone.rowCount === 1 ? 'abandoned' : unknown.rowCount === 1 ? 'unknown' : undefined,
    reached: unknown.rows[0]?.evidence ?? {},
  }
}

export async function readClaim(db: Queryable, key: AttemptKey): Promise<ClaimRow | undefined> {
  const { rows } = await db.query<{
    outcome: ClaimRow['outcome']
    evidence: ClaimRow['evidence']
    claimed_wall_at: Date
    deadline: Date
  }>(
    'select outcome, evidence, claimed_wall_at, deadline from claim where incident = $1 and step = $2 and attempt = $3',
    [key.incident, key.step, key.attempt],
  )
  const row = rows[0]
  return row === undefined
    ? undefined
    : {
        outcome: row.outcome,
        evidence: row.evidence,
        claimedWallAtMs: row.claimed_wall_at.getTime(),
        deadlineMs: row.deadline.getTime(),
      }
}
