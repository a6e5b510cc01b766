import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connections } from '../../activities/targets/postgres/connections.ts'
import { withPostgres } from '../../activities/targets/postgres/connection.ts'
import { terminateIdle } from '../../activities/targets/postgres/terminate-idle.ts'
import { freePort } from '../../embedded/ports.ts'
import {
  everythingOf,
  failureOf,
  patience,
  postgresTarget,
  startSilentServer,
} from '../support/targets-under-test.ts'

const canary = 'canary%2Fp%40ss'
const superuserUrl = inject('postgresUrl')
const id = randomUUID().slice(0, 8)
const database = `targets_${id}`
const application = `counted ${id}`

let admin: pg.Client

beforeAll(async () => {
  admin = new pg.Client({ connectionString: superuserUrl })
  await admin.connect()
  await admin.query(`create role blind_${id} login; create role full_${id} login connection limit 0`)
  await admin.query(`create role medic_${id} login; grant pg_monitor to medic_${id}`)
  await admin.query(`create database ${database}`)
})

afterAll(async () => {
  await admin.query(`drop database ${database} with (force)`)
  await admin.query(`drop role blind_${id}, full_${id}, medic_${id}`)
  await admin.end()
})

describe('a failure to connect or to ask', () => {
  it.each([
    ['nobody listens', 'target_unavailable', async () => urlOf({ port: await freePort() }), /ECONNREFUSED/],
    [
      'the name does not resolve',
      'target_unavailable',
      () => urlOf({ host: 'nowhere.invalid' }),
      /nowhere\.invalid/,
    ],
    [
      'no slot is free',
      'target_unavailable',
      () => urlOf({ user: `full_${id}` }),
      /no free connection slot \(53300\)/,
    ],
    ['the database is missing', 'target_rejected', () => urlOf({ database: 'nowhere' }), /3D000/],
    ['the role is missing', 'target_rejected', () => urlOf({ user: 'nobody' }), /28000/],
    ['the right is missing', 'target_rejected', () => urlOf({ user: `blind_${id}` }), /42501/],
    ['TLS is not spoken there', 'target_unavailable', () => `${urlOf({})}?sslmode=require`, /SSL/],
    [
      'the certificate cannot be read',
      'target_rejected',
      () => `${urlOf({})}?sslrootcert=/nowhere/ca.pem`,
      /ca\.pem/,
    ],
  ])('%s: %s, without the password', async (_, code, url, says) => {
    const target = postgresTarget(await url())
    const failure = await failureOf(
      withPostgres(target, patience, session => session.query('select pg_read_file($1)', [`/${canary}`])),
    )
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(says)
    expect(failure.message).toContain('shop-db')
    expect(everythingOf(failure)).not.toContain('canary')
  })

  it('gives up on a server that takes the connection and says nothing', async () => {
    const silent = await startSilentServer()
    const target = postgresTarget(urlOf({ port: silent.port }))
    expect((await failureOf(withPostgres(target, patience, async () => {}))).code).toBe('target_unavailable')
    silent.close()
  })

  it('keeps its name and limits whatever the URL says', async () => {
    const target = postgresTarget(`${urlOf({})}?application_name=shop&statement_timeout=0`)
    const [row] = await withPostgres(target, patience, session =>
      session.query(
        `select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`,
      ),
    )
    expect(row).toEqual({ name: 'paramedic', timeout: '5s' })
  })

  it.each([
    ['connecting', async (port: number) => urlOf({ port })],
    ['a statement', async () => urlOf({})],
  ])('an aborted signal ends %s at once, with its reason', async (_, url) => {
    const silent = await startSilentServer()
    const target = postgresTarget(await url(silent.port))
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const startedMs = performance.now()
    setTimeout(() => controller.abort(reason), 100)
    const work = withPostgres(target, controller.signal, session => session.query('select pg_sleep(60)'))
    await expect(work).rejects.toBe(reason)
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    silent.close()
  })
})

describe('identity', () => {
  it('is the system identifier and the database', async () => {
    const { rows } = await admin.query('select system_identifier::text as id from pg_control_system()')
    const found = await terminateIdle.identify(postgresTarget(urlOf({ database })), patience)
    expect(found).toEqual({ systemIdentifier: rows[0].id, database })
  })

  it('falls back to address and start of the server for a role that may not read it', async () => {
    const session = new pg.Client({ connectionString: urlOf({ database, user: 'postgres' }) })
    await session.connect()
    await session.query('revoke execute on function pg_control_system() from public')
    const found = await terminateIdle.identify(
      postgresTarget(urlOf({ database, user: `blind_${id}` })),
      patience,
    )
    await session.end()
    const { hostname, port } = new URL(superuserUrl)
    expect(found).toEqual({
      address: `${hostname}:${port}`,
      startedAt: expect.stringMatching(/^\d+\.\d+$/),
      database,
    })
  })
})

describe('postgres.connections', () => {
  it('counts client sessions by state, without its own', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => counted()))
    const [idle, active, inTransaction, failed] = clients
    await idle?.query('select 1')
    void active?.query('select pg_sleep(60)').catch(() => undefined)
    await inTransaction?.query('begin')
    await failed?.query('begin; select 1/0').catch(() => undefined)
    const measured = await connections.measure(postgresTarget(urlOf({})), { application }, patience)
    const all = await connections.measure(postgresTarget(urlOf({})), {}, patience)
    await Promise.all(clients.map(client => client.end()))

    expect(measured).toMatchObject({
      total: 4,
      active: 1,
      idle: 1,
      idle_in_transaction: 2,
      max_connections: 400,
    })
    expect(measured.used_ratio).toBe(4 / 400)
    expect(measured.oldest_idle_seconds).toBeGreaterThan(0)
    expect(measured.oldest_idle_seconds).toBeLessThan(30)
    expect(all.total).toBeGreaterThan(4)
    // Other test files connect as paramedic too, for moments; its own session would be there in every measurement.
    await vi.waitUntil(
      async () => {
        const own = await connections.measure(
          postgresTarget(urlOf({})),
          { application: 'paramedic' },
          patience,
        )
        return own.total === 0 && own.oldest_idle_seconds === 0
      },
      { timeout: 30_000 },
    )
  })

  it('refuses to count what the role cannot see, instead of counting too little', async () => {
    const client = await counted()
    const failure = await failureOf(
      connections.measure(postgresTarget(urlOf({ user: `blind_${id}` })), { application }, patience),
    )
    await client.end()
    expect(failure.code).toBe('target_rejected')
    expect(failure.hint).toContain(`GRANT pg_read_all_stats TO "blind_${id}"`)
  })
})

async function counted(): Promise<pg.Client> {
  const url = `${urlOf({ user: 'postgres' })}?application_name=${encodeURIComponent(application)}`
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Any password is right on this server, so each failure comes from something else. */
function urlOf(parts: { host?: string; port?: number; user?: string; database?: string }): string {
  const url = new URL(superuserUrl)
  const host = parts.host ?? url.hostname
  return `postgresql://${parts.user ?? `medic_${id}`}:${canary}@${host}:${parts.port ?? url.port}/${parts.database ?? 'postgres'}`
}
