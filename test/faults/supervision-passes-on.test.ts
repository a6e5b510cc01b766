/**
 * Goal: what goes wrong in Paramedic reaches people though no worker runs, the supervising process is killed and PostgreSQL
 * is away for a while; and reaches them once. Method: two real api processes on a real PostgreSQL, a receiver of signed webhooks.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { freePorts } from '../../embedded/ports.ts'
import { registerNamespace } from '../../embedded/temporal-namespace.ts'
import type { SupervisionView } from '../../contracts/views.ts'
import type { Pool } from '../../store/database.ts'
import { type Child, startChild } from '../support/child-process.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { eventually } from '../support/incident-harness.ts'
import { givenIncident } from '../support/incidents.ts'
import { startOwnPostgres } from '../support/own-servers.ts'
import { type ReceivedPage, startPageReceiver } from '../support/page-receiver.ts'

const minute = 60_000

test('an incident that nobody works on pages the fallback once, whichever api process lives', async () => {
  const postgres = await startOwnPostgres()
  const { pool, url } = await freshDatabase(postgres.url('postgres'))
  onTestFinished(() => pool.end())
  const receiver = await startPageReceiver()
  const processes = await startTwo(url, receiver)

  const causedAtMs = Date.now()
  const number = await givenIncident(pool, { atMs: causedAtMs - minute })
  const told = () => receiver.received.map(troubleOf)
  const aboutIncident = () => told().filter(({ lines }) => lines.join().includes(number))
  const [first] = await eventually(async () => {
    const pages = aboutIncident()
    return pages.length > 0 && pages
  }, minute)
  expect(first!.atMs - causedAtMs).toBeLessThan(minute)
  expect(first!.todo).not.toBe('')
  expect((await statusOf(processes[0]!)).findings).toContainEqual(
    expect.objectContaining({ kind: 'not-started', subject: number, pagedAt: expect.any(String) }),
  )

  // The one that supervises dies; the other takes over and pages nothing again.
  const holder = await holderOf(pool)
  const dead = processes.find(({ child }) => holder.includes(`/${child.pid}/`))!
  const alive = processes.find(one => one !== dead)!
  await dead.child.kill()
  const diedAtMs = Date.now()
  await eventually(async () => (await holderOf(pool)).includes(`/${alive.child.pid}/`), 20_000)
  expect(Date.now() - diedAtMs).toBeLessThan(15_000)
  await looksAfter(pool, Date.now())

  // Supervision outlives its database, and still knows whom it has paged.
  await postgres.kill()
  await alive.child.says('supervision could not', minute)
  await postgres.restart()
  await looksAfter(pool, Date.now())
  await looksAfter(pool, Date.now())
  const found = aboutIncident().filter(({ title }) => title.includes('needs help'))
  expect(new Set(found.map(({ id }) => id)).size).toBe(1)
  expect(found).toHaveLength(1)

  await pool.query('update incident set workflow_started_at = $1', [new Date()])
  await eventually(async () => {
    return aboutIncident().some(({ title }) => title.startsWith('Over'))
  }, minute)
  expect(receiver.refused).toEqual([])
}, 300_000)

/** What Paramedic says about itself, as a receiver of signed webhooks gets it. */
function troubleOf({ id, page, atMs }: ReceivedPage) {
  // The receiver takes every message for a page; this one is of the type `supervision`.
  const { title, lines, todo } = page as unknown as { title: string; lines: string[]; todo: string }
  return { id, atMs, title, lines, todo }
}

interface ApiProcess {
  child: Child
  url: string
}

async function startTwo(
  databaseUrl: string,
  receiver: { url: string; secret: string },
): Promise<ApiProcess[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-supervision-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const config = path.join(folder, 'paramedic.yaml')
  writeFileSync(
    config,
    `apiVersion: paramedic/v1
kind: Configuration
principals: [{ name: ada, roles: [viewer], token: '\${env:TOKEN}' }]
channels: [{ name: pager, kind: webhook, url: "${receiver.url}", signing_secret: '\${env:PAGE_SECRET}' }]
fallback: { reach: [{ channel: pager }] }
`,
  )
  const namespace = `supervised-${randomBytes(6).toString('hex')}`
  await registerNamespace(inject('temporalAddress'), namespace)
  const ports = await freePorts(2)
  return Promise.all(
    ports.map(async port => {
      const child = startChild('./faulty-api.ts', {
        PARAMEDIC_DATABASE_URL: databaseUrl,
        PARAMEDIC_TEMPORAL_ADDRESS: inject('temporalAddress'),
        PARAMEDIC_TEMPORAL_NAMESPACE: namespace,
        PARAMEDIC_CONFIG: config,
        PARAMEDIC_API_PORT: String(port),
        TOKEN: token,
        PAGE_SECRET: receiver.secret,
      })
      onTestFinished(() => child.kill())
      await child.says('api is up')
      return { child, url: `http://127.0.0.1:${port}` }
    }),
  )
}

const token = 'token-of-somebody-who-looks'

async function statusOf({ url }: ApiProcess): Promise<SupervisionView> {
  return eventually(async () => {
    const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } })
    const { supervision } = (await answer.json()) as { supervision: SupervisionView }
    return supervision.findings.some(({ pagedAt }) => pagedAt !== null) && supervision
  })
}

async function holderOf(pool: Pool): Promise<string> {
  return eventually(async () => {
    const { rows } = await pool.query<{ holder: string | null }>('select holder from supervision_lease')
    return rows[0]!.holder ?? undefined
  })
}

async function looksAfter(pool: Pool, atMs: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await pool
      .query<{ at: Date | null }>('select last_look_at as at from supervision_lease')
      .catch(() => ({ rows: [] }))
    return (rows[0]?.at?.getTime() ?? 0) > atMs
  }, minute)
}
