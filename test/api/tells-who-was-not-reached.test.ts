import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { inTransaction } from '../../store/database.ts'
import type { Delivery } from '../../store/notices.ts'
import { saveDelivery } from '../../store/notices.ts'
import { endTelling, leaveNews, leaveTelling } from '../../store/news.ts'
import { beginPage, finishPage } from '../../store/pages.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'
import { aNews, aPage } from '../support/notices.ts'

let api: ApiUnderTest
let number: string
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
  number = await givenIncident(api.database.pool, { atMs: api.now.ms })
  const id = `${number}/page/0/0`
  const intent = { id, incident: number, epoch: 0, level: 0, functions: ['on-call'] }
  const atMs = api.now.ms
  await inTransaction(api.database.pool, async tx => {
    await beginPage(tx, { ...intent, dueAtMs: atMs, atMs })
    await finishPage(tx, id, { state: 'failed', latenessMs: 0, channels: {}, sentAtMs: atMs })
    const tries: [string, string, 'pagerduty' | 'smtp', Delivery][] = [
      ['mia', 'pager', 'pagerduty', { state: 'failed', attempts: 3, problem: 'Channel pager answered 500.' }],
      ['mia', 'mail', 'smtp', { state: 'accepted', attempts: 2, rollUp: 'roll-up/1' }],
      ['tom', 'mail', 'smtp', { state: 'rejected', attempts: 1, problem: 'Channel mail answered 550.' }],
    ]
    for (const [recipient, channel, channelKind, delivery] of tries) {
      const notice = { key: id, recipient, channel, channelKind, address: '', incident: number }
      await saveDelivery(tx, { ...notice, content: aPage({ incident: number, id }) }, delivery, atMs)
    }
    const told = { key: 'a message', kind: 'news', recipient: 'managers', incident: number } as const
    await leaveTelling(tx, { ...told, content: aNews({ incident: number }) }, atMs)
    const data = { to: 'managers', event: 'opened', failures: {} } as const
    const entry = { kind: 'news.failed', actor: 'paramedic', atMs, incident: number, data } as const
    await endTelling(tx, told.key, { state: 'failed', problem: 'Channel chat answered 404.', atMs, entry })
    await leaveNews(tx, number, { event: 'opened' }, atMs - 120_000)
  })
})
afterAll(() => api.close())

test('doctor is told of pages, contacts and messages that reached nobody, each with what to do', async () => {
  const { body } = await api.call('viewer', 'GET', '/v1/status')
  const stuck = (body.stuck as { what: string; subject: string; todo: string }[]).filter(
    ({ what }) => what !== 'incident open without a workflow',
  )
  expect(stuck.map(({ what, subject }) => `${what}: ${subject}`).toSorted()).toEqual([
    `contact whom no channel reached: tom, ${number}/page/0/0 (Channel mail answered 550.)`,
    'message that nobody took: managers, a message (Channel chat answered 404.)',
    `news that nobody has sent yet: opened of ${number}`,
    `page that reached nobody: ${number}/page/0/0`,
  ])
  expect(stuck.every(({ todo }) => todo.length > 20)).toBe(true)
})

test('metrics count what was taken, what failed and what went together', async () => {
  const { text } = await api.call('viewer', 'GET', '/metrics')
  for (const line of [
    'paramedic_notices_sent_total{kind="smtp"} 1',
    'paramedic_notices_sent_total{kind="pagerduty"} 0',
    'paramedic_notices_failed_total{kind="smtp"} 2',
    'paramedic_notices_failed_total{kind="pagerduty"} 3',
    'paramedic_roll_ups_total 1',
  ])
    expect(text.split('\n')).toContain(line)
})
