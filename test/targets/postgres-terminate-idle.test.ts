import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { withPostgres } from '../../activities/targets/postgres/connection.ts'
import { endSession } from '../../activities/targets/postgres/idle-sessions.ts'
import { terminateIdle } from '../../activities/targets/postgres/terminate-idle.ts'
import { CodedError } from '../../contracts/coded-error.ts'
import { effectContext, failureOf, patience, postgresTarget } from '../support/targets-under-test.ts'

const idleLongerThanMs = 300
const superuserUrl = inject('postgresUrl')

let id: string
let application: string
let admin: pg.Client
let clients: pg.Client[]
let parameters: { idle_longer_than: number; at_most: number; application: string }

beforeEach(async () => {
  id = randomUUID().slice(0, 8)
  application = `shop ${id}`
  parameters = { idle_longer_than: idleLongerThanMs, at_most: 100, application }
  clients = []
  admin = await connected(superuserUrl)
  // `medic` is what docs recommend for Paramedic: no superuser, may look and may end.
  await admin.query(`create role medic_${id} login; grant pg_monitor, pg_signal_backend to medic_${id}`)
  await admin.query(`create role shop_${id} login; create role copier_${id} login replication`)
})

afterEach(async () => {
  await Promise.all(clients.map(client => client.end().catch(() => undefined)))
  await admin.query(`drop role medic_${id}, shop_${id}, copier_${id}`)
  await admin.end()
})

describe('what may be ended', () => {
  it('ends idle client sessions and leaves every other session alone', async () => {
    const idle = [await session('shop'), await session('shop')]
    const spared = {
      active: await session('shop'),
      inTransaction: await session('shop', { run: 'begin' }),
      superuser: await session('postgres'),
      replication: await session('copier', { options: '&replication=database', run: 'IDENTIFY_SYSTEM' }),
      otherApplication: await session('shop', { application: `other ${id}` }),
    }
    void spared.active.query('select pg_sleep(60)').catch(() => undefined)
    await idleForLongEnough(4)

    const planned = await terminateIdle.plan(medic(), parameters, patience)
    const effect = await terminateIdle.apply(medic(), parameters, effectContext(await identity()))

    expect(planned.preview).toMatchObject({ wouldTouch: 2, unit: 'sessions' })
    expect(effect).toEqual({
      touched: 2,
      unit: 'sessions',
      evidence: { pidsEnded: idle.map(pidOf), pidsGone: [], pidsRefused: [] },
    })
    await untilGone(idle)
    for (const [name, client] of Object.entries(spared)) expect(await isAlive(client), name).toBe(true)
  })

  it('ends nothing while every session is younger than the limit', async () => {
    const young = await session('shop')
    const strict = { ...parameters, idle_longer_than: 60_000 }
    expect((await terminateIdle.plan(medic(), strict, patience)).preview.wouldTouch).toBe(0)
    expect((await terminateIdle.apply(medic(), strict, effectContext(await identity()))).touched).toBe(0)
    expect(await isAlive(young)).toBe(true)
  })

  it('never ends a session of Paramedic, its own or another', async () => {
    const other = await session('medic', { application: 'paramedic' })
    await idleForLongEnough(1, 'paramedic')
    const all = { ...parameters, application: 'paramedic' }
    expect((await terminateIdle.plan(medic(), all, patience)).preview.wouldTouch).toBe(0)
    expect((await terminateIdle.apply(medic(), all, effectContext(await identity()))).touched).toBe(0)
    expect(await isAlive(other)).toBe(true)
  })

  it('ends the longest idle first and never more than at_most', async () => {
    const sessions: pg.Client[] = []
    for (let count = 0; count < 5; count += 1) sessions.push(await session('shop'))
    await idleForLongEnough(5)
    const planned = await terminateIdle.plan(medic(), { ...parameters, at_most: 3 }, patience)
    const byParameter = await terminateIdle.apply(
      medic(),
      { ...parameters, at_most: 3 },
      effectContext(await identity()),
    )
    const byPlan = await terminateIdle.apply(
      medic(),
      parameters,
      effectContext(await identity(), { atMost: 1 }),
    )
    expect(planned).toMatchObject({ atMost: 3, preview: { wouldTouch: 3 } })
    expect(planned.preview.summary).toContain('the longest idle of 5')
    expect(byParameter.evidence['pidsEnded']).toEqual(sessions.slice(0, 3).map(pidOf))
    expect(byPlan.evidence['pidsEnded']).toEqual([pidOf(sessions[3])])
  })
})

describe('the fence', () => {
  it.each([
    ['the start of another session', 'wrong-start', 'gone'],
    ['its own start', 'right-start', 'ended'],
  ] as const)('a pid with %s: %s', async (_, which, ending) => {
    const client = await session('shop')
    await idleForLongEnough()
    const { rows } = await admin.query(
      `select backend_start::text as start, (backend_start - interval '1 microsecond')::text as other
       from pg_stat_activity where pid = $1`,
      [pidOf(client)],
    )
    const backendStart: string = which === 'right-start' ? rows[0].start : rows[0].other
    const answer = await withPostgres(medic(), patience, connection =>
      endSession(connection, parameters, { pid: pidOf(client), backendStart }),
    )
    expect(answer).toBe(ending)
    if (ending === 'ended') await untilGone([client])
    else expect(await isAlive(client)).toBe(true)
  })

  it('leaves a session alone that went back to work after it was chosen', async () => {
    const client = await session('shop')
    await idleForLongEnough()
    const { rows } = await admin.query(
      `select backend_start::text as start from pg_stat_activity where pid = $1`,
      [pidOf(client)],
    )
    await client.query('begin')
    const answer = await withPostgres(medic(), patience, connection =>
      endSession(connection, parameters, { pid: pidOf(client), backendStart: rows[0].start }),
    )
    expect(answer).toBe('gone')
    expect(await isAlive(client)).toBe(true)
  })

  it('refuses another server than the planned one and ends nothing', async () => {
    const client = await session('shop')
    await idleForLongEnough()
    const context = effectContext({ ...(await identity()), systemIdentifier: '1' })
    expect((await failureOf(terminateIdle.apply(medic(), parameters, context))).code).toBe('identity_changed')
    expect(await isAlive(client)).toBe(true)
  })
})

describe('when not all goes well', () => {
  it('goes on past sessions that the role may not end and names them', async () => {
    // May look at everybody and end its own kind only.
    await admin.query(`revoke pg_signal_backend from medic_${id}`)
    const foreign = await session('shop')
    const own = await session('medic')
    await idleForLongEnough(2)
    const { evidence, touched } = await terminateIdle.apply(
      medic(),
      parameters,
      effectContext(await identity()),
    )
    expect(touched).toBe(1)
    expect(evidence).toEqual({ pidsEnded: [pidOf(own)], pidsGone: [], pidsRefused: [pidOf(foreign)] })
  })

  it('says which right is missing when it may end none', async () => {
    await admin.query(`revoke pg_signal_backend from medic_${id}`)
    const foreign = await session('shop')
    await idleForLongEnough()
    const failure = await failureOf(terminateIdle.apply(medic(), parameters, effectContext(await identity())))
    expect(failure).toMatchObject({
      code: 'target_rejected',
      fields: { touched: 0, pidsRefused: [pidOf(foreign)] },
    })
    expect(failure.hint).toContain('GRANT pg_signal_backend')
  })

  it('stops at the next batch when a checkpoint refuses', async () => {
    const sessions = await Promise.all(Array.from({ length: 25 }, () => session('shop')))
    await idleForLongEnough(25)
    const frozen = new CodedError('frozen', 'A freeze is on.')
    const context = effectContext(await identity(), {
      checkpoint: touched => {
        if (touched > 0) throw frozen
      },
    })
    expect(await failureOf(terminateIdle.apply(medic(), parameters, context))).toBe(frozen)
    expect(context.checkpoints).toEqual([0, 10])
    await vi.waitUntil(async () => (await aliveOf(sessions)) === 15)
  })

  it('reports what it had ended when the connection is lost', async () => {
    const sessions = await Promise.all(Array.from({ length: 15 }, () => session('shop')))
    await idleForLongEnough(15)
    const context = effectContext(await identity(), {
      checkpoint: async touched => {
        if (touched > 0) await endSessionsOf(`medic_${id}`)
      },
    })
    const failure = await failureOf(terminateIdle.apply(medic(), parameters, context))
    expect(failure).toMatchObject({ code: 'target_unavailable', fields: { touched: 10 } })
    expect(failure.message).toContain('Ended before: 10 sessions.')
    await vi.waitUntil(async () => (await aliveOf(sessions)) === 5)
  })
})

describe('preview and probe', () => {
  it('names sessions by pid, role, database, age and address, without touching them', async () => {
    const client = await session('shop')
    await idleForLongEnough()
    const { preview } = await terminateIdle.plan(medic(), parameters, patience)
    expect(preview).toEqual({
      summary: 'Would end 1 client sessions of shop-db idle for at least 0.3 s.',
      wouldTouch: 1,
      unit: 'sessions',
      examples: [`pid ${pidOf(client)} shop_${id}@postgres idle 0 s from 127.0.0.1 (${application})`],
    })
    expect(await isAlive(client)).toBe(true)
  })

  it('cannot tell from a set that changes by itself, unless nothing is left to end', async () => {
    const client = await session('shop')
    await idleForLongEnough()
    const claim = { identity: await identity(), claimedAtMs: Date.now() }
    expect((await terminateIdle.probe(medic(), parameters, claim, patience)).answer).toBe('cannot-tell')
    await client.end()
    await untilGone([client])
    expect((await terminateIdle.probe(medic(), parameters, claim, patience)).answer).toBe('done')
    const elsewhere = { ...claim, identity: { ...claim.identity, systemIdentifier: '1' } }
    expect((await terminateIdle.probe(medic(), parameters, elsewhere, patience)).answer).toBe('cannot-tell')
  })
})

function medic() {
  return postgresTarget(urlOf(`medic_${id}`))
}

function identity() {
  return terminateIdle.identify(medic(), patience)
}

async function session(
  role: 'shop' | 'copier' | 'medic' | 'postgres',
  options: { application?: string; options?: string; run?: string } = {},
): Promise<pg.Client> {
  const user = role === 'postgres' ? role : `${role}_${id}`
  const name = encodeURIComponent(options.application ?? application)
  const client = await connected(`${urlOf(user)}?application_name=${name}${options.options ?? ''}`)
  clients.push(client)
  await client.query(options.run ?? 'select 1')
  return client
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // Ended by the action under test.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function urlOf(role: string): string {
  const url = new URL(superuserUrl)
  url.username = role
  return url.href
}

function pidOf(client: pg.Client | undefined): number {
  // Undeclared in @types/pg, part of the documented protocol (BackendKeyData).
  return (client as unknown as { processID: number }).processID
}

/** Waits until so many sessions of this name have been idle for longer than the limit. */
async function idleForLongEnough(count = 1, name = application): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { rows } = await admin.query(
        `select count(*)::int as count from pg_stat_activity
         where application_name = $1 and state = 'idle'
           and state_change < clock_timestamp() - interval '${idleLongerThanMs + 20} milliseconds'`,
        [name],
      )
      return rows[0].count >= count
    },
    { timeout: 10_000, interval: 50 },
  )
}

async function untilGone(gone: pg.Client[]): Promise<void> {
  await vi.waitUntil(async () => (await aliveOf(gone)) === 0, { timeout: 5_000 })
}

async function isAlive(client: pg.Client): Promise<boolean> {
  return (await aliveOf([client])) === 1
}

async function aliveOf(some: pg.Client[]): Promise<number> {
  const { rows } = await admin.query(
    'select count(*)::int as count from pg_stat_activity where pid = any($1)',
    [some.map(pidOf)],
  )
  return rows[0].count
}

async function endSessionsOf(role: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = $1', [role])
}
