/** Link previews open what stands in a message before any person does: they must neither learn nor change anything. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { givenIncident } from '../support/incidents.ts'

let api: ApiUnderTest
let number: string
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
  number = await givenIncident(api.database.pool, { atMs: Date.now(), alerts: 2 })
})
afterAll(() => api.close())

test('whoever has the link sees the commands and nothing of the incident', async () => {
  const { status, text, headers } = await api.call('anonymous', 'GET', `/incidents/${number}`)
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(text).toContain(`npx paramedic incident ack ${number}`)
  expect(text).toContain(`npx paramedic incident show ${number}`)
  expect(text).toContain(`npx paramedic postmortem edit ${number}`)
  expect(text).not.toMatch(/<(script|form|a|img|link|iframe)\b/)
  const { rows } = await api.database.pool.query<{ title: string; system: string }>(
    'select title, system from incident where number = $1',
    [number],
  )
  for (const known of Object.values(rows[0]!)) expect(text).not.toContain(known)
})

test('it does not say whether there is such an incident', async () => {
  const there = await api.call('anonymous', 'GET', `/incidents/${number}`)
  const other = await api.call('anonymous', 'GET', '/incidents/INC-2001-01-01-001')
  expect(other.status).toBe(200)
  expect(other.text).toBe(there.text.replaceAll(number, 'INC-2001-01-01-001'))
})

test.each(['INC-1<script>', '..%2Fv1%2Fstatus', 'latest'])('%s is no number', async written => {
  expect((await api.call('anonymous', 'GET', `/incidents/${encodeURIComponent(written)}`)).status).toBe(400)
})

test('GET, HEAD and a token change nothing', async () => {
  const before = await everything()
  for (const method of ['GET', 'HEAD', 'GET'] as const)
    await api.app.inject({
      method,
      url: `/incidents/${number}`,
      headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' },
    })
  await api.call('on-call', 'GET', `/incidents/${number}`)
  expect(await everything()).toEqual(before)
})

async function everything(): Promise<unknown[]> {
  const tables = ['incident', 'alert', 'message', 'page', 'audit_entry', 'news', 'notice']
  const read = tables.map(async table => (await api.database.pool.query(`select * from ${table}`)).rows)
  return Promise.all(read)
}
