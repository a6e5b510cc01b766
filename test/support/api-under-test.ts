/** The real api on a database of its own, and people who speak to it. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect } from 'vitest'
import { type ApiDependencies, createApp } from '../../api/app.ts'
import type { Api } from '../../api/validation.ts'
import type { Role } from '../../contracts/configuration/people.ts'
import { Secret } from '../../contracts/secret.ts'
import { channelsOf, contact } from './contacts.ts'
import { watchReplies } from './documented-replies.ts'
import { type FreshDatabase, freshDatabase } from './fresh-database.ts'

/** One principal a role, named like it, and one source a kind; the on-call may approve what asks for `on-call`. */
export const people = [
  'viewer',
  'responder',
  'approver',
  'admin',
  'auditor',
  'ingest',
] as const satisfies readonly Role[]
export const sources = ['alertmanager', 'generic'] as const
export type Somebody =
  (typeof people)[number] | (typeof sources)[number] | 'on-call' | 'stranger' | 'anonymous'

export const testConfiguration: ApiDependencies['configuration'] = {
  sources: sources.map(kind => ({ name: `${kind}-source`, kind, token: new Secret(tokenOf(kind)) })),
  principals: [
    ...people.map(role => ({ name: role, roles: [role], functions: [], token: new Secret(tokenOf(role)) })),
    {
      name: 'on-call',
      roles: ['responder', 'approver'],
      functions: ['on-call'],
      token: new Secret(tokenOf('on-call')),
    },
  ],
  channels: channelsOf('pager'),
  contacts: [contact('mia', ['pager'], { functions: ['on-call'] })],
}

/** Recognisable wherever it turns up. */
export function tokenOf(somebody: string): string {
  return `canary-token-of-${somebody}-0123456789`
}

export function authorization(somebody: Somebody): Record<string, string> {
  return somebody === 'anonymous' ? {} : { authorization: `Bearer ${tokenOf(somebody)}` }
}

/** An address of a route; of one that streams, one that is refused past the door, because the stream would not end. */
export function urlOf(route: string, number = 'INC-2026-01-01-001'): string {
  return route
    .replace(':number', number)
    .replace(':step', 'restart-api')
    .replace(':attempt', '1')
    .replace(':runId', 'a-run')
    .replace(':name', 'nobody')
    .replace(/events$/, 'events?after=nonsense')
}

export interface ApiUnderTest {
  app: Api
  database: FreshDatabase
  /** The clock everybody's acts are dated by. */
  now: { ms: number }
  /** Everything logged so far. */
  logged(): string
  /** Fails when the answer is not as documented. */
  call(as: Somebody, method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
  // Tests look into answers of every shape; an expectation is the check.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

export async function startApi(
  serverUrl: string,
  changes: Partial<ApiDependencies> = {},
  template?: string,
): Promise<ApiUnderTest> {
  const database = await freshDatabase(serverUrl, template)
  const now = { ms: Date.now() }
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()),
  })
  const app = createApp({
    pool: database.pool,
    configuration: testConfiguration,
    clock: () => now.ms,
    log: pino({ level: 'trace' }, sink),
    version: '0.0.0-test',
    ...changes,
  })
  const undocumented = watchReplies(app)
  const expectDocumented = (): void => expect(undocumented()).toEqual([])
  return {
    app,
    database,
    now,
    logged: () => lines.join(''),
    async call(as, method, url, body) {
      const payload =
        body === undefined
          ? {}
          : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await app.inject({
        method,
        url,
        ...payload,
        headers: { ...payload.headers, ...authorization(as) },
      })
      expectDocumented()
      const isJson = String(response.headers['content-type']).startsWith('application/json')
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: isJson ? response.json() : undefined,
      }
    },
    async close() {
      await app.close()
      await database.drop()
      expectDocumented()
    },
  }
}
