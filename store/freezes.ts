import { openPhases } from '../contracts/incident.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { leaveMessage } from './messages.ts'

export interface FreezeState {
  isOn: boolean
  changedAt: string | null
  changedBy: string | null
  reason: string | null
}

export async function readFreeze(db: Queryable): Promise<FreezeState> {
  const { rows } = await db.query<{
    is_on: boolean
    changed_at: Date | null
    changed_by: string | null
    reason: string | null
  }>('select is_on, changed_at, changed_by, reason from freeze_state')
  const row = rows[0]!
  return {
    isOn: row.is_on,
    changedAt: row.changed_at?.toISOString() ?? null,
    changedBy: row.changed_by,
    reason: row.reason,
  }
}

/**
 * Turns the freeze on or off. Once this is committed no claim can be made: a claim holds a share of the row's lock until
 * its own commit. Every open incident is told. Returns false when nothing changed.
 */
export async function setFreeze(
  pool: Pool,
  freeze: { on: boolean; by: string; reason?: string; atMs: number },
): Promise<boolean> {
  return inTransaction(pool, async tx => {
    const { rowCount } = await tx.query(
      'update freeze_state set is_on = $1, changed_at = $2, changed_by = $3, reason = $4 where is_on <> $1',
      [freeze.on, new Date(freeze.atMs), freeze.by, freeze.reason ?? null],
    )
    if (rowCount === 0) return false
    const { rows } = await tx.query<{ number: string }>(
      'select number from incident where phase = any($1) order by number',
      [openPhases],
    )
    for (const { number } of rows) {
      await leaveMessage(tx, number, { kind: 'freeze-changed', on: freeze.on, by: freeze.by }, freeze.atMs)
    }
    const person = { actor: `person:${freeze.by}`, atMs: freeze.atMs } as const
    const reason = freeze.reason === undefined ? {} : { reason: freeze.reason }
    await appendEntries(tx, [
      freeze.on
        ? { ...person, kind: 'freeze.on', data: { reason: freeze.reason ?? 'no reason given' } }
        : { ...person, kind: 'freeze.off', data: reason },
    ])
    return true
  })
}
