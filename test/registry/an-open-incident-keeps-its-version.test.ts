import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { IncidentWorkflows } from '../../intake/deliver-messages.ts'
import { createRelay } from '../../intake/relay.ts'
import { openDatabase, type Pool } from '../../store/database.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'
import { smallRunbook } from '../support/small-runbooks.ts'

let api: ApiUnderTest
let other: Pool
beforeAll(async () => {
  api = await startApi(inject('postgresUrl'))
  other = openDatabase(api.database.url, { name: 'another worker' })
})
afterAll(async () => {
  await other.end()
  await api.close()
})

const workflows: IncidentWorkflows = {
  startWithMessage: async () => 'delivered',
  signal: async () => 'delivered',
}

async function sync(title: string): Promise<void> {
  const files = [
    { file: 'default.yaml', source: smallRunbook('default') },
    { file: 'queue.yaml', source: smallRunbook('queue', { title, alert: 'Queue' }) },
  ]
  expect((await api.call('admin', 'PUT', '/v1/runbooks', { files })).status).toBe(200)
}

test('the next incident has the newer version on every worker, and one that is open its own', async () => {
  const log = { error: () => {} }
  const relays = [api.database.pool, other].map(pool =>
    createRelay(pool, { runbooks: createInForceReader(), targets: [], log }, workflows),
  )
  let alerts = 0
  /** Opens an incident through one of the workers; the title of its runbook. */
  async function open(relay: (typeof relays)[number]): Promise<string> {
    alerts += 1
    const labels = { alertname: 'Queue' }
    await api.call('generic', 'POST', '/v1/webhooks/generic', {
      title: 'Queue',
      dedup_key: `${alerts}`,
      labels,
    })
    await relay.pass(Date.now())
    const { body } = await api.call('viewer', 'GET', '/v1/incidents')
    expect(body.incidents).toHaveLength(alerts)
    return body.incidents[0].number
  }
  const titleOf = async (number: string): Promise<string> =>
    (await api.call('viewer', 'GET', `/v1/incidents/${number}/runbook`)).body.runbook.title

  await sync('First')
  const opened = [await open(relays[0]!), await open(relays[1]!)]
  await sync('Second')
  opened.push(await open(relays[0]!), await open(relays[1]!))
  expect(await Promise.all(opened.map(titleOf))).toEqual(['First', 'First', 'Second', 'Second'])
})
