import { expect, test } from 'vitest'
import { appendEntries } from '../../store/audit-log.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { expireGate, openGate, vote, type VoteResult, withdrawGate } from '../../store/gates.ts'
import { findChainFaults } from '../support/chain.ts'
import { givenIncident, somePlanHash } from '../support/incidents.ts'
import { inChunks, seeded } from '../support/seeded.ts'
import { type Answered, answered, auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const expiresAtMs = Date.parse('2026-03-01T10:15:00Z')
const expiresAt = new Date(expiresAtMs).toISOString()

test('approving races the expiry 1,000 times: one of them wins, and everybody and every row say the same', async () => {
  const { between, flip } = seeded('approve races expiry')
  const gates = await givenGates('expiry', 1_000)
  const ends = await inChunks(gates, 10, async gateId => {
    // The clock asks when its time has come; a person's clock may be a moment before or after.
    const [votedAtMs, expiredAtMs] = [expiresAtMs + between(-3, 1), expiresAtMs + between(0, 3)]
    const [told, now] = await together(
      flip(),
      () => answered(vote(sides.pool, ballot(gateId, 'ana', votedAtMs))),
      () => endBy(tx => expireGate(tx, gateId, expiredAtMs)),
    )
    return { gateId, told, now, votedAtMs, expiredAtMs }
  })

  const records = await recordsOf('expiry')
  for (const { gateId, told, now, votedAtMs, expiredAtMs } of ends) {
    const record = records.get(gateId)!
    if ('value' in told) {
      expect(told.value, gateId).toEqual({ state: 'approved', votes: 1, quorum: 1 })
      expect(now, gateId).toBe('approved')
      expect(votedAtMs, gateId).toBeLessThan(expiresAtMs)
      expect(record, gateId).toEqual(approvedBy('ana', votedAtMs))
    } else {
      expect(now, gateId).toBe('expired')
      expect(told.refused, gateId).toMatchObject({
        code: 'gate_already_decided',
        fields: { gateId, state: 'expired' },
      })
      expect([expiresAt, new Date(expiredAtMs).toISOString()], gateId).toContain(told.refused.fields['at'])
      expect(record, gateId).toEqual(ended('expired', expiredAtMs, 'gate.expired'))
    }
  }
  // Otherwise it was no race.
  const approved = ends.filter(end => 'value' in end.told).length
  const late = ends.filter(end => end.votedAtMs >= expiresAtMs).length
  console.log(
    `approve races expiry: ${approved} approved, ${1_000 - approved} expired, ${late} voted too late`,
  )
  expect(approved).toBeGreaterThan(50)
  expect(1_000 - approved - late).toBeGreaterThan(50)
  expect(await findChainFaults(sides.pool)).toEqual([])
})

test('approving races the withdrawal: one of them wins, and everybody and every row say the same', async () => {
  const { flip } = seeded('approve races withdrawal')
  const gates = await givenGates('withdrawal', 300)
  const atMs = expiresAtMs - 1_000
  const ends = await inChunks(gates, 10, async gateId => {
    const [told, now] = await together(
      flip(),
      () => answered(vote(sides.pool, ballot(gateId, 'ana', atMs))),
      () => endBy(tx => withdrawGate(tx, gateId, 'the alerts resolved', atMs)),
    )
    return { gateId, told, now }
  })
  const records = await recordsOf('withdrawal')
  for (const { gateId, told, now } of ends) {
    if ('value' in told) {
      expect(now, gateId).toBe('approved')
      expect(records.get(gateId), gateId).toEqual(approvedBy('ana', atMs))
    } else {
      expect(now, gateId).toBe('withdrawn')
      expect(told.refused.fields, gateId).toMatchObject({
        state: 'withdrawn',
        at: new Date(atMs).toISOString(),
      })
      expect(records.get(gateId), gateId).toEqual(ended('withdrawn', atMs, 'gate.withdrawn'))
    }
  }
  expect(new Set(ends.map(end => end.now)).size).toBe(2)
})

test('two people approve at once where one is enough: one decision, and the other learns who and when', async () => {
  const gates = await givenGates('quorum-one', 200)
  const atMs = expiresAtMs - 1_000
  const ends = await inChunks(gates, 10, async gateId => {
    const told = await Promise.all([
      answered(vote(sides.pool, ballot(gateId, 'ana', atMs))),
      answered(vote(sides.other, ballot(gateId, 'ben', atMs + 1))),
    ])
    return { gateId, told }
  })
  const records = await recordsOf('quorum-one')
  for (const { gateId, told } of ends) {
    const winner = 'value' in told[0] ? 'ana' : 'ben'
    const wonAtMs = winner === 'ana' ? atMs : atMs + 1
    expect(told.filter(answer => 'value' in answer).length, gateId).toBe(1)
    const loser = told.find(answer => 'refused' in answer) as Extract<
      Answered<VoteResult>,
      { refused: unknown }
    >
    const at = new Date(wonAtMs).toISOString()
    expect(loser.refused.code).toBe('gate_already_decided')
    expect(loser.refused.fields).toEqual({
      number: expect.any(String),
      gateId,
      state: 'approved',
      by: winner,
      at,
    })
    expect(loser.refused.message).toContain(`approved by ${winner} at ${at}`)
    expect(records.get(gateId), gateId).toEqual(approvedBy(winner, wonAtMs))
  }
})

test('two people approve at once where two are needed: both count, and the second one decides', async () => {
  const gates = await givenGates('quorum-two', 200, 2)
  const atMs = expiresAtMs - 1_000
  const ends = await inChunks(gates, 10, async gateId => {
    const told = await Promise.all([
      vote(sides.pool, ballot(gateId, 'ana', atMs)),
      vote(sides.other, ballot(gateId, 'ben', atMs)),
    ])
    return { gateId, told }
  })
  const records = await recordsOf('quorum-two')
  for (const { gateId, told } of ends) {
    expect(told.map(answer => `${answer.votes} of 2: ${answer.state}`).toSorted()).toEqual([
      '1 of 2: open',
      '2 of 2: approved',
    ])
    const decidedBy = told[0].state === 'approved' ? 'ana' : 'ben'
    expect(records.get(gateId), gateId).toMatchObject({
      state: 'approved',
      decidedBy,
      voters: ['ana', 'ben'],
      messages: ['approved'],
      entries: ['gate.voted', 'gate.voted', 'gate.decided'],
    })
  }
})

test('one person clicks twice at once where two are needed: one vote, and the gate stays open', async () => {
  const gates = await givenGates('twice', 50, 2)
  const atMs = expiresAtMs - 1_000
  await inChunks(gates, 10, async gateId => {
    const told = await Promise.all(
      [sides.pool, sides.other].map(pool => answered(vote(pool, ballot(gateId, 'ana', atMs)))),
    )
    expect(told.filter(answer => 'value' in answer).length, gateId).toBe(1)
  })
  for (const record of (await recordsOf('twice')).values())
    expect(record).toMatchObject({ state: 'open', voters: ['ana'], messages: [], entries: ['gate.voted'] })
})

test('a clock that asks too early changes nothing', async () => {
  const [gateId] = await givenGates('early', 1)
  expect(await endBy(tx => expireGate(tx, gateId!, expiresAtMs - 1))).toBe('open')
  expect((await recordsOf('early')).get(gateId!)).toMatchObject({ state: 'open', entries: [] })
})

function ballot(gateId: string, by: string, atMs: number) {
  return { gateId, by, verdict: 'approve', planHash: somePlanHash, atMs } as const
}

/** The worker's side: the end of the gate and its entry in one transaction, as the record activities do it. */
async function endBy(end: (tx: Parameters<typeof expireGate>[0]) => ReturnType<typeof expireGate>) {
  return inTransaction(sides.other, async tx => {
    const { state, entries } = await end(tx)
    await appendEntries(tx, entries)
    return state
  })
}

/** Starts both in the same moment, one of them first. */
async function together<A, B>(
  isFirst: boolean,
  one: () => Promise<A>,
  other: () => Promise<B>,
): Promise<[A, B]> {
  if (isFirst) return Promise.all([one(), other()])
  const started = other()
  return Promise.all([one(), started])
}

async function givenGates(name: string, count: number, quorum = 1): Promise<string[]> {
  const incident = await givenIncident(sides.pool, { atMs: expiresAtMs - 900_000 })
  const ids = Array.from({ length: count }, (_, index) => `${name}/${index}`)
  await inTransaction(sides.pool, async tx => {
    for (const id of ids) {
      const question = 'Restart shop-api?'
      const about = { id, incident, kind: 'approval', step: id, attempt: 1, planHash: somePlanHash } as const
      await openGate(tx, {
        ...about,
        question,
        approvers: [],
        quorum,
        expiresAtMs,
        atMs: expiresAtMs - 900_000,
      })
    }
  })
  return ids
}

interface GateRecord {
  state: string
  decidedBy: string | null
  decidedAtMs: number | undefined
  voters: string[]
  messages: string[]
  entries: string[]
}

/** Everything the database says about the gates of one test. */
async function recordsOf(name: string): Promise<Map<string, GateRecord>> {
  const { pool } = sides
  const records = await readGates(pool, name)
  const { rows: messages } = await pool.query<{ id: string; state: string }>(
    `select body->>'gateId' as id, body->>'state' as state from message where kind = 'gate-decided' order by message.id`,
  )
  for (const { id, state } of messages) records.get(id)?.messages.push(state)
  for (const { kind, data } of await auditLog(pool)) records.get(String(data['gateId']))?.entries.push(kind)
  return records
}

async function readGates(pool: Pool, name: string): Promise<Map<string, GateRecord>> {
  const { rows } = await pool.query<{
    id: string
    state: string
    by: string | null
    at: Date | null
    voters: string[]
  }>(
    `select id, state, decided_by as by, decided_at as at,
       array(select principal from vote where gate_id = gate.id order by principal) as voters
     from gate where id like $1`,
    [`${name}/%`],
  )
  return new Map(
    rows.map(({ id, state, by, at, voters }) => [
      id,
      { state, decidedBy: by, decidedAtMs: at?.getTime(), voters, messages: [], entries: [] },
    ]),
  )
}

function approvedBy(by: string, atMs: number): GateRecord {
  const entries = ['gate.voted', 'gate.decided']
  return {
    state: 'approved',
    decidedBy: by,
    decidedAtMs: atMs,
    voters: [by],
    messages: ['approved'],
    entries,
  }
}

function ended(state: string, atMs: number, entry: string): GateRecord {
  return { state, decidedBy: null, decidedAtMs: atMs, voters: [], messages: [], entries: [entry] }
}
