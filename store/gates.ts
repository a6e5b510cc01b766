import { CodedError } from '../contracts/coded-error.ts'
import { type GateAnswer, type GateKind, type GateState, isOpen, type Phase } from '../contracts/incident.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import type { GateView } from '../contracts/views.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { leaveMessage } from './messages.ts'

export interface NewGate {
  id: string
  incident: string
  kind: GateKind
  step: string
  attempt: number
  planHash?: string
  /** The version of the runbook that asks; a workflow of before does not tell. */
  runbookHash?: string
  question: string
  approvers: string[]
  quorum: number
  expiresAtMs?: number
  atMs: number
}

/** Opens a gate and writes its entry; opening it again changes nothing. */
export async function openGate(tx: Queryable, gate: NewGate): Promise<NewEntry[]> {
  const expiresAt = gate.expiresAtMs === undefined ? null : new Date(gate.expiresAtMs)
  const { rowCount } = await tx.query(
    `insert into gate (id, incident, kind, step, attempt, plan_hash, question, approvers, quorum, opened_at, expires_at, runbook_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing`,
    [
      gate.id,
      gate.incident,
      gate.kind,
      gate.step,
      gate.attempt,
      gate.planHash ?? null,
      gate.question,
      gate.approvers,
      gate.quorum,
      new Date(gate.atMs),
      expiresAt,
      gate.runbookHash ?? null,
    ],
  )
  if (rowCount === 0) return []
  return [
    {
      kind: 'gate.opened',
      actor: 'paramedic',
      atMs: gate.atMs,
      incident: gate.incident,
      data: {
        gateId: gate.id,
        gate: gate.kind,
        step: gate.step,
        approvers: gate.approvers,
        quorum: gate.quorum,
        question: gate.question,
        ...(gate.planHash === undefined ? {} : { planHash: gate.planHash }),
        ...(expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() }),
      },
    },
  ]
}

/** Gates with their plans, the newest first; `open` leaves out the decided ones. */
export async function listGates(
  db: Queryable,
  filter: { incident?: string; open?: boolean; id?: string },
): Promise<GateView[]> {
  const { rows } = await db.query<Dated<GateView, 'openedAt', 'expiresAt' | 'decidedAt'>>(
    `select g.id, g.incident, g.kind, g.step, g.attempt, g.plan_hash as "planHash", g.question, g.approvers, g.quorum, g.state,
       g.answer, g.opened_at as "openedAt", g.expires_at as "expiresAt", g.decided_at as "decidedAt", g.decided_by as "decidedBy",
       p.plan, p.preview,
       coalesce((select jsonb_agg(jsonb_build_object('principal', v.principal, 'verdict', v.verdict,
         'at', to_char(v.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'reason', v.reason)
         order by v.at) from vote v where v.gate_id = g.id), '[]') as votes
     from gate g left join plan p on p.id = g.id
     where ($1::text is null or g.incident = $1) and ($2::boolean is not true or g.state = 'open') and ($3::text is null or g.id = $3)
     order by g.opened_at desc, g.id limit 200`,
    [filter.incident ?? null, filter.open ?? null, filter.id ?? null],
  )
  return rows.map(row => ({
    ...row,
    openedAt: row.openedAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  }))
}

/** A row as the driver gives it: some of the view's times are still dates. */
type Dated<T, Always extends keyof T, Maybe extends keyof T> = Omit<T, Always | Maybe> &
  Record<Always, Date> &
  Record<Maybe, Date | null>

export interface Vote {
  gateId: string
  by: string
  verdict: 'approve' | 'deny'
  /** The hash of the plan the person read; it must be the gate's. */
  planHash: string
  reason?: string
  atMs: number
}

export interface VoteResult {
  state: GateState
  votes: number
  quorum: number
}

/**
 * Counts one person's vote on a plan. The first denial denies; the quorum approves. Throws `gate_already_decided` with who and
 * when, `plan_changed`, or `own_run` when somebody approves what they have started.
 */
export async function vote(pool: Pool, ballot: Vote): Promise<VoteResult> {
  return inTransaction(pool, async tx => {
    const gate = await lockOpenGate(tx, ballot.gateId, 'approval', ballot.atMs)
    if (gate.plan_hash !== ballot.planHash) {
      throw new CodedError(
        'plan_changed',
        `The plan of ${gate.id} is ${gate.plan_hash?.slice(0, 12)}, not ${ballot.planHash.slice(0, 12)}.`,
        { fields: { gateId: gate.id, number: gate.incident } },
      )
    }
    if (ballot.verdict === 'approve') await refuseOwnRun(tx, gate, ballot.by)
    const { rowCount } = await tx.query(
      'insert into vote (gate_id, principal, verdict, reason, at) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [gate.id, ballot.by, ballot.verdict, ballot.reason ?? null, new Date(ballot.atMs)],
    )
    if (rowCount === 0)
      throw new CodedError('gate_already_decided', `${ballot.by} has already voted on ${gate.id}.`, {
        fields: { gateId: gate.id, number: gate.incident, by: ballot.by },
      })
    const { rows } = await tx.query<{ votes: number }>(
      `select count(*)::int as votes from vote where gate_id = $1 and verdict = 'approve'`,
      [gate.id],
    )
    const votes = rows[0]!.votes
    const state = ballot.verdict === 'deny' ? 'denied' : votes >= gate.quorum ? 'approved' : 'open'
    const person = { actor: `person:${ballot.by}`, atMs: ballot.atMs, incident: gate.incident } as const
    const reason = ballot.reason === undefined ? {} : { reason: ballot.reason }
    const entries: NewEntry[] = [
      {
        ...person,
        kind: 'gate.voted',
        data: {
          gateId: gate.id,
          verdict: ballot.verdict,
          planHash: ballot.planHash,
          votes,
          quorum: gate.quorum,
          ...reason,
        },
      },
    ]
    if (state !== 'open') {
      await decideGate(tx, gate, state, ballot.by, ballot.atMs)
      await leaveMessage(
        tx,
        gate.incident,
        { kind: 'gate-decided', gateId: gate.id, state, by: ballot.by },
        ballot.atMs,
      )
      entries.push({ ...person, kind: 'gate.decided', data: { gateId: gate.id, state, ...reason } })
    }
    await appendEntries(tx, entries)
    return { state, votes, quorum: gate.quorum }
  })
}

/** Four eyes: who asks for it by starting the run is none of those who allow it. Whoever started it may still deny. */
async function refuseOwnRun(tx: Queryable, { id, incident }: LockedGate, by: string): Promise<void> {
  const { rowCount } = await tx.query('select from routine_run where incident = $1 and started_by = $2', [
    incident,
    by,
  ])
  if (rowCount === 0) return
  throw new CodedError('own_run', `${by} has started ${incident} and may not approve ${id} as well.`, {
    fields: { gateId: id, number: incident, by },
  })
}

/**
 * A person says whether an effect of unknown outcome happened, or whether what a runbook leaves to people is done. Throws
 * `gate_already_decided` with who and when.
 */
export async function answerGate(
  pool: Pool,
  decision: {
    gateId: string
    kind: 'outcome' | 'manual'
    by: string
    answer: GateAnswer
    reason?: string
    atMs: number
  },
): Promise<void> {
  await inTransaction(pool, async tx => {
    const gate = await lockOpenGate(tx, decision.gateId, decision.kind, decision.atMs)
    await decideGate(tx, gate, 'approved', decision.by, decision.atMs)
    await tx.query('update gate set answer = $2 where id = $1', [gate.id, decision.answer])
    await leaveMessage(
      tx,
      gate.incident,
      { kind: 'outcome-decided', gateId: gate.id, outcome: decision.answer, by: decision.by },
      decision.atMs,
    )
    await appendEntries(tx, [
      {
        kind: 'gate.decided',
        actor: `person:${decision.by}`,
        atMs: decision.atMs,
        incident: gate.incident,
        data: {
          gateId: gate.id,
          state: 'approved',
          answer: decision.answer,
          ...(decision.reason === undefined ? {} : { reason: decision.reason }),
        },
      },
    ])
  })
}

/** What a gate is after somebody wanted to end it; `answer` is what a person had said by then to the question of an outcome. */
interface EndedGate {
  state: GateState
  answer: 'done' | 'not-done' | null
  entries: NewEntry[]
}

/**
 * The clock's side of the race: expires the gate if it is still open and its time has come, and says what it is now. The
 * workflow and the person both follow this row.
 */
export async function expireGate(tx: Queryable, gateId: string, atMs: number): Promise<EndedGate> {
  return endGate(tx, gateId, 'expired', `expires_at <= $2`, atMs, incident => ({
    kind: 'gate.expired',
    actor: 'paramedic',
    atMs,
    incident,
    data: { gateId },
  }))
}

/** Nobody has to decide any more: the alerts went away, or a person ended the incident. */
export async function withdrawGate(
  tx: Queryable,
  gateId: string,
  because: string,
  atMs: number,
): Promise<EndedGate> {
  return endGate(tx, gateId, 'withdrawn', 'true', atMs, incident => ({
    kind: 'gate.withdrawn',
    actor: 'paramedic',
    atMs,
    incident,
    data: { gateId, because },
  }))
}

async function endGate(
  tx: Queryable,
  gateId: string,
  state: 'expired' | 'withdrawn',
  condition: string,
  atMs: number,
  entryFor: (incident: string) => NewEntry,
): Promise<EndedGate> {
  const { rows } = await tx.query<{ incident: string }>(
    `update gate set state = '${state}', decided_at = $2 where id = $1 and state = 'open' and ${condition} returning incident`,
    [gateId, new Date(atMs)],
  )
  if (rows[0] !== undefined) return { state, answer: null, entries: [entryFor(rows[0].incident)] }
  const { rows: now } = await tx.query<Pick<EndedGate, 'state' | 'answer'>>(
    'select state, answer from gate where id = $1',
    [gateId],
  )
  return { state: now[0]?.state ?? 'withdrawn', answer: now[0]?.answer ?? null, entries: [] }
}

interface LockedGate {
  id: string
  incident: string
  kind: GateKind
  plan_hash: string | null
  quorum: number
  state: GateState
  answer: GateAnswer | null
  expires_at: Date | null
  decided_at: Date | null
  decided_by: string | null
}

async function lockOpenGate(
  tx: Queryable,
  gateId: string,
  kind: GateKind,
  atMs: number,
): Promise<LockedGate> {
  const { rows } = await tx.query<
    LockedGate & { incident_phase: Phase; is_of_other_version: boolean | null }
  >(
    `select g.*, i.phase as incident_phase,
       coalesce(g.runbook_hash, p.plan #>> '{runbook,hash}') <> i.runbook_hash and g.kind <> 'outcome' and g.step not like '%.undo'
         as is_of_other_version
     from gate g join incident i on i.number = g.incident left join plan p on p.id = g.id where g.id = $1
     for update of g for share of i`,
    [gateId],
  )
  const gate = rows[0]
  if (gate === undefined || gate.kind !== kind)
    throw new CodedError('not_found', `There is no ${kind} gate ${gateId}.`, {
      fields: { gateId },
      hint: 'What waits for people: npx paramedic gate list',
    })
  if (!isOpen(gate.incident_phase)) {
    throw new CodedError('incident_not_open', `${gate.incident} is ${gate.incident_phase}.`, {
      fields: { number: gate.incident, phase: gate.incident_phase },
    })
  }
  if (gate.state === 'open' && gate.is_of_other_version === true) {
    const what = gate.kind === 'manual' ? 'what is asked in' : 'the plan of'
    throw new CodedError(
      'plan_changed',
      `${gate.incident} was moved to another version of its runbook, and ${what} ${gateId} is of the one before.`,
      { fields: { gateId, number: gate.incident } },
    )
  }
  if (gate.state !== 'open') {
    const who = gate.decided_by === null ? '' : ` by ${gate.decided_by}`
    const when = gate.decided_at?.toISOString() ?? ''
    const became = gate.kind === 'manual' && gate.answer !== null ? wordsOfTick[gate.answer] : gate.state
    throw new CodedError('gate_already_decided', `${gateId} was ${became}${who} at ${when}.`, {
      fields: { gateId, number: gate.incident, state: gate.state, by: gate.decided_by, at: when },
    })
  }
  if (gate.expires_at !== null && gate.expires_at.getTime() <= atMs) {
    throw new CodedError('gate_already_decided', `${gateId} expired at ${gate.expires_at.toISOString()}.`, {
      fields: { gateId, number: gate.incident, state: 'expired', at: gate.expires_at.toISOString() },
    })
  }
  return gate
}

const wordsOfTick: Record<GateAnswer, string> = { done: 'ticked', 'not-done': 'reported as not done' }

async function decideGate(
  tx: Queryable,
  gate: LockedGate,
  state: 'approved' | 'denied',
  by: string,
  atMs: number,
): Promise<void> {
  await tx.query('update gate set state = $2, decided_at = $3, decided_by = $4 where id = $1', [
    gate.id,
    state,
    new Date(atMs),
    by,
  ])
}
