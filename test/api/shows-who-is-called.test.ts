import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Configuration } from '../../contracts/configuration.ts'
import { type ApiUnderTest, startApi, testConfiguration } from '../support/api-under-test.ts'
import { channelsOf, contact } from '../support/contacts.ts'

let api: ApiUnderTest
beforeAll(async () => {
  const mail = { name: 'mail', kind: 'smtp' } as Configuration['channels'][number]
  api = await startApi(inject('postgresUrl'), {
    configuration: {
      ...testConfiguration,
      channels: [...channelsOf('pager'), mail],
      contacts: [
        contact('mia', ['pager', { channel: 'mail', to: 'mia@orders.example' }], { functions: ['on-call'] }),
        contact('orders-dba', ['pager'], { functions: ['dba'], systems: ['orders'] }),
        contact('support', [], { link: 'https://support.example' }),
      ],
      fallback: { reach: [{ channel: 'mail', to: 'everybody@orders.example' }] },
    },
  })
})
afterAll(() => api.close())

test.each([
  ['responder', 'mia@orders.example'],
  ['viewer', 'm…@orders.example'],
  ['auditor', 'm…@orders.example'],
] as const)('a %s sees who is called, and of addresses what the role allows', async (somebody, address) => {
  const { body } = await api.call(somebody, 'GET', '/v1/contacts')
  expect(body.contacts).toMatchObject([
    {
      name: 'mia',
      functions: ['on-call'],
      systems: null,
      reach: [
        { channel: 'pager', to: null },
        { channel: 'mail', kind: 'smtp', to: address },
      ],
    },
    { name: 'orders-dba', systems: ['orders'] },
    { name: 'support', reach: [], link: 'https://support.example' },
  ])
  expect(body.fallback).toMatchObject([{ channel: 'mail' }])
  expect(body.everyPage).toEqual([])
})

test('one system has its own', async () => {
  const { body } = await api.call('viewer', 'GET', '/v1/contacts?system=shop')
  expect(body.contacts.map(({ name }: { name: string }) => name)).toEqual(['mia', 'support'])
})

test('an admin asks for a test: a message by each channel waits for a worker, and the act is on record', async () => {
  const { status, body } = await api.call('admin', 'POST', '/v1/contacts/mia/test', {})
  expect(status).toBe(200)
  expect(body).toMatchObject({ contact: 'mia', channels: ['pager', 'mail'] })
  const { rows } = await api.database.pool.query(
    'select recipient, channel, kind, state from telling order by key',
  )
  expect(rows).toEqual([
    { recipient: 'mia', channel: 'mail', kind: 'test', state: 'waiting' },
    { recipient: 'mia', channel: 'pager', kind: 'test', state: 'waiting' },
  ])
  const entries = await api.database.pool.query<{ content: string }>('select content from audit_entry')
  expect(entries.rows.map(({ content }) => JSON.parse(content) as object)).toMatchObject([
    { kind: 'contact.test', actor: 'person:admin', data: { contact: 'mia', channels: ['pager', 'mail'] } },
  ])
})

test.each(['support', 'nobody'])('%s cannot be tested: there is no channel to them', async name => {
  const answer = await api.call('admin', 'POST', `/v1/contacts/${name}/test`, {})
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
})

test('while nobody can be called, it says which channels every page goes to', async () => {
  const configuration = { ...testConfiguration, channels: channelsOf('pager', 'chat'), contacts: [] }
  const own = await startApi(inject('postgresUrl'), { configuration })
  const { body } = await own.call('viewer', 'GET', '/v1/contacts')
  expect(body).toEqual({
    contacts: [],
    fallback: null,
    everyPage: ['pager', 'chat'].map(channel => ({ channel, kind: 'slack', to: null })),
  })
  await own.close()
})
