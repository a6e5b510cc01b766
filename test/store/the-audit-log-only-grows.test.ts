import { describe, expect, test } from 'vitest'
import type { ChainFault } from '../../proof/chain.ts'
import { appendEntries } from '../../store/audit-log.ts'
import { saveHistory } from '../../store/archives.ts'
import { inTransaction, type Pool } from '../../store/database.ts'
import { findChainFaults } from '../support/chain.ts'
import { givenIncident } from '../support/incidents.ts'
import { seeded } from '../support/seeded.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const atMs = Date.parse('2026-03-01T10:00:00Z')

test('two writers of 50 transactions each, some rolled back: no gap, no fork, and each order of its own is kept', async () => {
  const { flip } = seeded('two writers')
  const write = async (pool: Pool, writer: string): Promise<string[]> => {
    const written: string[] = []
    for (let count = 0; count < 50; count += 1) {
      const isGivenUp = flip()
      const text = `${writer} ${count}`
      await inTransaction(pool, async tx => {
        await appendEntries(tx, [note(text), note(`${text} again`)])
        if (isGivenUp) throw new GivenUp()
        written.push(text, `${text} again`)
      }).catch((error: unknown) => {
        if (!(error instanceof GivenUp)) throw error
      })
    }
    return written
  }
  const [one, two] = await Promise.all([write(sides.pool, 'one'), write(sides.other, 'two')])
  const texts = (await auditLog(sides.pool)).map(entry => String(entry.data['text']))
  expect(texts.filter(text => text.startsWith('one'))).toEqual(one)
  expect(texts.filter(text => text.startsWith('two'))).toEqual(two)
  expect(one.length + two.length).toBeLessThan(200)
  expect(await findChainFaults(sides.pool)).toEqual([])
})

test('the chain is sound to whoever verifies it while others write', async () => {
  let isWriting = true
  const write = async (): Promise<void> => {
    for (let count = 0; count < 60; count += 1)
      await inTransaction(sides.other, tx => appendEntries(tx, [note(`busy ${count}`)]))
    isWriting = false
  }
  const verify = async (): Promise<unknown[]> => {
    const found: unknown[] = []
    while (isWriting) found.push(...(await findChainFaults(sides.pool)))
    return found
  }
  const [found] = await Promise.all([verify(), write()])
  expect(found).toEqual([])
})

describe.each(['origin', 'replica'])('with session_replication_role = %s', role => {
  test.each([
    [`update audit_entry set content = content || ' ' where seq = 1`],
    ['delete from audit_entry where seq = 1'],
    ['truncate audit_entry'],
    [`update history_archive set events = 0`],
    ['delete from history_archive'],
    ['truncate history_archive'],
  ])('%s is refused', async statement => {
    await givenEntryAndHistory()
    const before = await auditLog(sides.pool)
    const changing = inTransaction(sides.pool, async tx => {
      await tx.query(`set local session_replication_role = ${role}`)
      await tx.query(statement)
    })
    await expect(changing).rejects.toThrow(/append-only/)
    expect(await auditLog(sides.pool)).toEqual(before)
  })
})

describe('whoever can switch the triggers off is found out:', () => {
  test.each([
    [
      'one byte of an entry',
      `update audit_entry set content = overlay(content placing '{ ' from 1 for 1) where seq = $1`,
      'content',
    ],
    [
      'its time',
      `update audit_entry set recorded_at = recorded_at + interval '1 millisecond' where seq = $1`,
      'content',
    ],
    [
      'its time by less than it can say',
      `update audit_entry set recorded_at = recorded_at + interval '1 microsecond' where seq = $1`,
      'content',
    ],
    [
      'its hash',
      `update audit_entry set hash = overlay(hash placing 'x' from 1 for 1) where seq = $1`,
      'hash',
    ],
    ['whose it is', `update audit_entry set incident = 'INC-2026-01-01-999' where seq = $1`, 'incident'],
    [
      'an entry and its hash with it',
      `update audit_entry e set content = n.content, hash = encode(sha256(convert_to(concat_ws(E'\\n', 'paramedic/audit/v1', e.seq,
         to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), e.prev_hash, n.content), 'UTF8')), 'hex')
       from (select replace(content, 'something', 'anything') as content from audit_entry where seq = $1) n where e.seq = $1`,
      'replaced',
    ],
    [
      'the head',
      `update audit_head set hash = overlay(hash placing 'x' from 1 for 1) where seq - 1 = $1`,
      'head',
    ],
    ['an entry taken out', 'delete from audit_entry where seq = $1', 'missing'],
    [
      'the link to the one before',
      `update audit_entry set prev_hash = repeat('0', 64) where seq = $1`,
      'previous-hash',
    ],
    ['the newest entries cut off', 'delete from audit_entry where seq >= $1', 'cut-off'],
    ['entries beyond the head', 'update audit_head set seq = seq - 2 where seq - 1 = $1', 'beyond-head'],
  ])('%s', async (_, statement, fault) => {
    await givenEntryAndHistory()
    await givenEntryAndHistory()
    const { rows } = await sides.pool.query<{ seq: number }>('select seq - 1 as seq from audit_head')
    const seq = rows[0]!.seq
    const found = await asForger(statement, seq)
    expect(found).toMatchObject([{ seq: fault === 'head' ? seq + 1 : seq, fault }])
    expect(await findChainFaults(sides.pool)).toEqual([])
  })
})

class GivenUp extends Error {}

function note(text: string) {
  return { kind: 'note', actor: 'person:ana', atMs, data: { text } } as const
}

let histories = 0
async function givenEntryAndHistory(): Promise<void> {
  const incident = await givenIncident(sides.pool, { atMs })
  histories += 1
  const run = { runId: `run-${histories}`, historyGzip: Buffer.from('history'), sha256: 'a', events: 1 }
  await inTransaction(sides.pool, async tx => {
    await saveHistory(tx, incident, run, atMs)
    await appendEntries(tx, [note('something to change')])
  })
}

/** Changes the log as the owner of the tables can, looks for the fault, and takes the change back. */
async function asForger(statement: string, seq: number): Promise<ChainFault[]> {
  let found: ChainFault[] = []
  const undo = new Error('undo')
  await inTransaction(sides.pool, async tx => {
    await tx.query('alter table audit_entry disable trigger all')
    await tx.query(statement, [seq])
    found = await findChainFaults(tx)
    throw undo
  }).catch((error: unknown) => {
    if (error !== undo) throw error
  })
  return found
}
