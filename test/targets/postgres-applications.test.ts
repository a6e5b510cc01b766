import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { applications } from '../../activities/targets/postgres/applications.ts'
import { failureOf, patience, postgresTarget } from '../support/targets-under-test.ts'

const superuserUrl = inject('postgresUrl')
const more = 100

let id: string
let admin: pg.Client
let clients: pg.Client[]

beforeEach(async () => {
  id = randomUUID().slice(0, 8)
  clients = []
  admin = await connected('paramedic test')
  await admin.query(
    `create role medic_${id} login; grant pg_monitor to medic_${id}; create role blind_${id} login`,
  )
})

afterEach(async () => {
  await Promise.all(clients.map(client => client.end()))
  await admin.query(`drop role medic_${id}, blind_${id}`)
  await admin.end()
})

it('names the application that holds most sessions, and how many of them do nothing', async () => {
  // More than any test beside this one has open at once.
  const leaking = await Promise.all(Array.from({ length: more }, () => session(`leaky ${id}`)))
  await session(`small ${id}`)
  await leaking[0]!.query('begin')
  const busy = leaking.length - 1
  const measured = await applications.measure(as('medic'), {}, patience)
  expect(measured).toMatchObject({ top_application: `leaky ${id}`, top_total: more, top_idle: busy })
  expect(measured.applications).toBeGreaterThanOrEqual(2)
})

it('shows a name with line breaks as one line', async () => {
  const name = `leaky\n\u001b[31m${id}`
  await Promise.all(Array.from({ length: more }, () => session(name)))
  const { top_application: shown } = await applications.measure(as('medic'), {}, patience)
  expect(shown).toContain(id)
  expect(shown).not.toContain('\n')
  expect(shown).not.toContain('\u001b')
})

it('refuses to count what the server hides', async () => {
  await session(`leaky ${id}`)
  const failure = await failureOf(applications.measure(as('blind'), {}, patience))
  expect(failure).toMatchObject({
    code: 'target_rejected',
    hint: expect.stringContaining('pg_read_all_stats'),
  })
})

function as(role: 'medic' | 'blind') {
  const url = new URL(superuserUrl)
  url.username = `${role}_${id}`
  return postgresTarget(url.href)
}

async function session(application: string): Promise<pg.Client> {
  const client = await connected(application)
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

async function connected(application: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuserUrl, application_name: application })
  await client.connect()
  return client
}
