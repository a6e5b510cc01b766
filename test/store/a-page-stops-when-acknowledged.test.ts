import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { acknowledge } from '../../store/acts.ts'
import { inTransaction } from '../../store/database.ts'
import { readIncidentRecord } from '../../store/incident-detail.ts'
import { saveDelivery } from '../../store/notices.ts'
import { beginPage, finishPage } from '../../store/pages.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { eventually } from '../support/incident-harness.ts'
import { givenIncident } from '../support/incidents.ts'
import { aPage } from '../support/notices.ts'
import { someoneWaitsForALock } from '../support/waits-for-a-lock.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
afterAll(() => database.drop())

/** One try of a page that waits for an acknowledgement. */
function tryPage(number: string, hasReached = false) {
  const intent = { id: `${number}/page/0/1`, incident: number, epoch: 0, level: 1, functions: ['on-call'] }
  const at = { dueAtMs: Date.now(), atMs: Date.now() }
  return inTransaction(database.pool, tx =>
    beginPage(tx, { ...intent, unless: 'acknowledged', ...at }, hasReached),
  )
}

async function finish(number: string, state: 'sent' | 'failed'): Promise<void> {
  const finished = { state, latenessMs: 0, channels: {}, sentAtMs: Date.now() }
  await inTransaction(database.pool, tx => finishPage(tx, `${number}/page/0/1`, finished))
}

test('a page that reached nobody is not tried again after the acknowledgement', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  expect(await tryPage(number)).toMatchObject({ state: 'sending', isNew: true })
  await finish(number, 'failed')
  await acknowledge(database.pool, { number, by: 'ana', atMs: Date.now() })
  expect(await tryPage(number)).toEqual({ state: 'suppressed', because: 'acknowledged by ana', isNew: true })
  expect(await tryPage(number)).toEqual({ state: 'suppressed', because: 'acknowledged by ana', isNew: false })
})

test('a page that was sent stays sent, whatever is acknowledged later', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await tryPage(number)
  await finish(number, 'sent')
  await acknowledge(database.pool, { number, by: 'ana', atMs: Date.now() })
  expect(await tryPage(number)).toMatchObject({ state: 'sent', isNew: false })
})

test('a page that has reached somebody is not taken back', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await tryPage(number)
  await acknowledge(database.pool, { number, by: 'ana', atMs: Date.now() })
  expect(await tryPage(number, true)).toMatchObject({ state: 'sending', because: 'acknowledged by ana' })
})

test('an acknowledgement answers the pages that went out before it', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await tryPage(number)
  await finish(number, 'sent')
  const atMs = Date.now()
  await acknowledge(database.pool, { number, by: 'ana', atMs })
  const { pages } = await readIncidentRecord(database.pool, number)
  expect(pages).toMatchObject([{ acknowledgedBy: 'ana', acknowledgedAt: new Date(atMs).toISOString() }])
})

test('an acknowledgement that comes while a page is written waits for it, and neither fails', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await tryPage(number)
  const id = `${number}/page/0/1`
  const acknowledging = await inTransaction(database.pool, async tx => {
    await finishPage(tx, id, { state: 'sent', latenessMs: 0, channels: {}, sentAtMs: Date.now() })
    const waiting = acknowledge(database.pool, { number, by: 'ana', atMs: Date.now() })
    await eventually(() => someoneWaitsForALock(database.pool))
    const notice = {
      key: id,
      recipient: 'mia',
      channel: 'pager',
      channelKind: 'webhook',
      incident: number,
    } as const
    const content = aPage({ incident: number, id })
    const delivery = { state: 'accepted', attempts: 1, acceptedAtMs: Date.now() } as const
    await saveDelivery(tx, { ...notice, address: '', content }, delivery, Date.now())
    return { waiting }
  })
  await expect(acknowledging.waiting).resolves.toMatchObject({ isFirst: true })
  const { pages } = await readIncidentRecord(database.pool, number)
  expect(pages).toMatchObject([{ state: 'sent', acknowledgedBy: 'ana' }])
})

test('a page that reached nobody is answered by nobody', async () => {
  const number = await givenIncident(database.pool, { atMs: Date.now() })
  await tryPage(number)
  await finish(number, 'failed')
  await acknowledge(database.pool, { number, by: 'ana', atMs: Date.now() })
  const { pages } = await readIncidentRecord(database.pool, number)
  expect(pages).toMatchObject([{ acknowledgedBy: null, acknowledgedAt: null }])
})
