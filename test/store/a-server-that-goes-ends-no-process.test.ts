/**
 * Goal: PostgreSQL that is stopped or dies ends no process of ours, whatever moment it picks. Method: a relay in front of the real
 * server, which adds to an answer what a server says as it goes, in the same packet: the client reads both before any code of
 * ours can run. An error event that nobody hears is an uncaught exception, which fails the run.
 */
import { createServer, connect, type AddressInfo } from 'node:net'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { inTransaction, openDatabase, withCodedErrors } from '../../store/database.ts'

/** ReadyForQuery of a session without a transaction, by which every answer ends. */
const ready = Buffer.from('Z\0\0\0\x05I', 'latin1')

/** ErrorResponse of a server that is stopped, as PostgreSQL words it. */
const farewell = ((): Buffer => {
  const text = 'terminating connection due to administrator command'
  const fields = Buffer.from(`SFATAL\0VFATAL\0C57P01\0M${text}\0\0`, 'latin1')
  const head = Buffer.from('E\0\0\0\0', 'latin1')
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
})()

let url: string
/** The next answer is the last one of its session. */
let isGoing = false

beforeAll(async () => {
  const { hostname, port } = new URL(inject('postgresUrl'))
  const server = createServer(client => {
    const session = connect(Number(port), hostname)
    for (const end of [client, session]) end.on('error', () => {})
    client.on('data', asked => session.write(asked))
    client.on('close', () => session.destroy())
    session.on('close', () => client.destroy())
    session.on('data', answer => {
      if (!isGoing || !answer.subarray(-ready.length).equals(ready)) return void client.write(answer)
      isGoing = false
      client.end(Buffer.concat([answer, farewell]))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = Object.assign(new URL(inject('postgresUrl')), {
    port: String((server.address() as AddressInfo).port),
  }).href
  return () => void server.close()
})

function openPool(maxConnections: number) {
  const pool = openDatabase(url, { maxConnections })
  onTestFinished(() => pool.end())
  return pool
}

test('it goes as a new connection is handed over: the transaction says so, and the next one works', async () => {
  const pool = openPool(2)
  isGoing = true
  await expect(inTransaction(pool, tx => tx.query('select 1'))).rejects.toMatchObject({
    code: 'database_unavailable',
  })
  const { rows } = await inTransaction(pool, tx => tx.query('select 1 as one'))
  expect(rows).toEqual([{ one: 1 }])
})

test('it goes with the answer to one, as the connection is handed to another who waits', async () => {
  const pool = openPool(1)
  await pool.query('select 1')
  isGoing = true
  const first = withCodedErrors(() => pool.query('select 1 as one'))
  const second = inTransaction(pool, tx => tx.query('select 1'))
  expect((await first).rows).toEqual([{ one: 1 }])
  await expect(second).rejects.toMatchObject({ code: 'database_unavailable' })
  const { rows } = await inTransaction(pool, tx => tx.query('select 1 as one'))
  expect(rows).toEqual([{ one: 1 }])
})

test('it goes between two statements of a transaction: nothing of it is kept, and the next one works', async () => {
  const pool = openPool(1)
  const lost = inTransaction(pool, async tx => {
    await tx.query('commit; select 1')
    isGoing = true
    await tx.query('select 1')
    return tx.query('select 1')
  })
  await expect(lost).rejects.toMatchObject({ code: 'database_unavailable' })
  expect((await inTransaction(pool, tx => tx.query('select 1 as one'))).rows).toEqual([{ one: 1 }])
})
