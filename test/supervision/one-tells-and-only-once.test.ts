/** Goal: of several processes one looks, people hear once of what lasts and never of what flaps, and a deaf channel costs nothing. */
import { expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { inTransaction } from '../../store/database.ts'
import { holdsLease, takeLease } from '../../store/supervision-lease.ts'
import type { Notice, Notifier } from '../../contracts/notice.ts'
import { createFallback } from '../../supervision/fallback-channels.ts'
import { createSupervision } from '../../supervision/supervise.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { givenIncident } from '../support/incidents.ts'
import { startSupervised } from '../support/supervised.ts'

const minute = 60_000

test('two processes page once, and the second goes on when the first has let go', async () => {
  const { pool, supervision, options, told, nowMs } = await startSupervised()
  const other = createSupervision({ ...options, holder: 'another process' })
  await givenIncident(pool, { atMs: nowMs() - 2 * minute })
  const answers: string[] = []
  for (let atMs = nowMs(); atMs < nowMs() + 45_000; atMs += limits.supervisionEveryMs)
    answers.push(...(await Promise.all([supervision.look(atMs), other.look(atMs)])))
  expect(answers.filter(answer => answer === 'looked')).toHaveLength(3)
  expect(told).toHaveLength(1)

  // As if its process had died: its time is over by the database's clock.
  await pool.query(`update supervision_lease set expires_at = clock_timestamp() - interval '1 second'`)
  expect(await other.look(nowMs() + minute)).toBe('looked')
  expect(await supervision.look(nowMs() + minute)).toBe('elsewhere')
  expect(told).toHaveLength(1)
})

test('a holder that slept past its lease writes nothing', async () => {
  const { pool } = await startSupervised()
  expect(await takeLease(pool, 'sleeper', 0)).toBe(true)
  expect(await inTransaction(pool, tx => holdsLease(tx, 'sleeper'))).toBe(false)
  expect(await takeLease(pool, 'next', minute)).toBe(true)
  expect(await inTransaction(pool, tx => holdsLease(tx, 'sleeper'))).toBe(false)
})

test('what comes and goes between looks pages nobody; what then lasts is one finding through its gaps', async () => {
  const { pool, look, told, found, nowMs } = await startSupervised()
  const number = await givenIncident(pool, { atMs: nowMs() - 2 * minute })
  const isWrong = (wrong: boolean) =>
    pool.query('update incident set workflow_started_at = $1', [wrong ? null : new Date()])
  for (let round = 0; round < 5; round += 1) {
    await isWrong(round % 2 === 0)
    await look()
  }
  const about = (): string[] => told.flatMap(({ lines }) => lines).filter(line => line.includes(number))
  expect(about().filter(line => line.includes('not started') || line.includes('without a workflow'))).toEqual(
    [],
  )
  await look()
  expect(await found('not-started')).toEqual([number])
  for (let round = 0; round < 6; round += 1) {
    await isWrong(round % 2 === 1)
    await look()
  }
  expect(await found('not-started')).toEqual([number])
  expect(about().filter(line => line.includes('without a workflow'))).toHaveLength(1)
})

test('more of one kind within minutes comes in one message', async () => {
  const { pool, look, told, nowMs } = await startSupervised()
  const first = await givenIncident(pool, { atMs: nowMs() - 2 * minute })
  await look(2)
  const later = [await givenIncident(pool, { atMs: nowMs() - 2 * minute })]
  later.push(await givenIncident(pool, { atMs: nowMs() - 2 * minute }))
  await look(10)
  const notStarted = () => told.filter(({ lines }) => lines.some(line => line.includes('without a workflow')))
  expect(notStarted().map(({ lines }) => lines.length)).toEqual([1])
  expect(notStarted()[0]!.lines[0]).toContain(first)
  await look(12)
  expect(notStarted()).toHaveLength(2)
  for (const number of later) expect(notStarted()[1]!.lines.join('\n')).toContain(number)
})

test('a message that no channel took is sent again, under the same id, and is on record once it was taken', async () => {
  const { pool, options, nowMs } = await startSupervised()
  const ids: string[] = []
  let isDeaf = true
  const deaf = {
    name: 'chat',
    kind: 'slack',
    send: async () => Promise.reject(new CodedError('target_unavailable', 'deaf')),
  }
  const pager = {
    name: 'pager',
    kind: 'webhook',
    async send({ key }: Notice) {
      ids.push(key)
      if (isDeaf) throw new CodedError('target_unavailable', 'not now')
      return {}
    },
  }
  const routes = [{ channel: 'chat' }, { channel: 'pager' }]
  const fallback = createFallback(routes, [deaf, pager] as Notifier[])
  const log = { info() {}, error() {} }
  const supervision = createSupervision({ ...options, fallback, log })
  await givenIncident(pool, { atMs: nowMs() - 2 * minute })
  for (let atMs = nowMs(); atMs <= nowMs() + 30_000; atMs += 15_000) await supervision.look(atMs)
  const paged = async (): Promise<number> =>
    (await pool.query(`select from supervision_finding where paged_at is not null`)).rowCount!
  expect(await paged()).toBe(0)
  isDeaf = false
  await supervision.look(nowMs() + 45_000)
  expect(await paged()).toBe(1)
  expect(ids.length).toBe(3)
  expect(new Set(ids).size).toBe(1)
})
