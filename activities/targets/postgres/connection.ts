import { Socket } from 'node:net'
import pg from 'pg'
import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { attempted } from '../attempted.ts'
import type { Pace } from '../pace.ts'
import { answerOf } from '../redaction.ts'

type PostgresTarget = TargetConfigurationOf<'postgres'>

/** Sessions of Paramedic carry this name and are never ended by it. */
export const APPLICATION_NAME = 'paramedic'

// A server that needs longer to let somebody in is in trouble; checks have 10 s for connection and statement together.
const CONNECT_MS = 4_000
// Reading pg_stat_activity takes milliseconds; the statement must end by itself when nobody waits for it any more.
const STATEMENT_MS = 5_000
// The server ends the statement first, so this one means that the server itself does not answer.
const ANSWER_MS = STATEMENT_MS + 500
// The polite good-bye spares the server's log a line, and is not worth more waiting than this.
const GOODBYE_MS = 500

/** One connection in use: each statement is a transaction of its own, its failure a CodedError without the URL. */
export interface PostgresSession {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>
  /** Runs a text that is somebody else's: the extended protocol takes one statement and refuses a second one behind it. */
  one(text: string): Promise<{ columns: number; rows: unknown[][] }>
}

/**
 * Opens one connection, runs `work` on it and closes it. Throws `target_unavailable` or `target_rejected`; fields carry
 * `sqlstate` where the server gave one. When the signal is aborted the socket is cut and the signal's reason thrown.
 * @param pace keeps an effect in touch with the harness during each wait; a check needs none.
 */
export async function withPostgres<T>(
  target: PostgresTarget,
  signal: AbortSignal,
  work: (session: PostgresSession) => Promise<T>,
  pace: Pick<Pace, 'wait'> = unhurried,
): Promise<T> {
  signal.throwIfAborted()
  const socket = new Socket()
  const cut = () => void socket.destroy()
  signal.addEventListener('abort', cut, { once: true })
  try {
    const client = clientOn(socket, target)
    try {
      const attempt = <A>(verb: string, call: () => Promise<A>) =>
        pace.wait(attempted(signal, call, error => failure(target, verb, error)))
      await attempt('Connecting to', () => client.connect())
      return await work({
        query: async (text, values) => (await attempt('Asking', () => client.query(text, values))).rows,
        one: async text => {
          const asked = { text, rowMode: 'array', queryMode: 'extended' } as const
          const { fields, rows } = await attempt('Asking', () => client.query<unknown[]>(asked))
          return { columns: fields.length, rows }
        },
      })
    } finally {
      await goodbye(client, socket)
    }
  } finally {
    signal.removeEventListener('abort', cut)
    cut()
  }
}

function clientOn(socket: Socket, target: PostgresTarget): pg.Client {
  try {
    const client = new pg.Client({
      connectionString: withoutOurOptions(target.connection.url.reveal()),
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: ANSWER_MS,
      stream: () => socket,
    })
    // A connection lost between two statements is reported by the next one; unheard, the event would end the process.
    client.on('error', () => {})
    return client
  } catch (error) {
    // A `sslrootcert` that cannot be read, for one.
    throw new CodedError(
      'target_rejected',
      `The connection URL of ${target.name} cannot be used: ${answerOf(error, target.connection.url)}`,
      {
        fields: { target: target.name },
      },
    )
  }
}

const unhurried: Pick<Pace, 'wait'> = { wait: work => work }

/** What a URL says goes before what the client is told, and these decide who is never ended and how long we wait. */
function withoutOurOptions(connectionUrl: string): string {
  const url = new URL(connectionUrl)
  for (const name of ['application_name', 'connectionTimeoutMillis', 'query_timeout', 'statement_timeout']) {
    url.searchParams.delete(name)
  }
  return url.href
}

/** The driver's error is not kept as `cause`: it can hold the connection's parameters. */
function failure(target: PostgresTarget, verb: string, error: unknown): CodedError {
  const answer = answerOf(error, target.connection.url)
  const sqlstate = error instanceof pg.DatabaseError ? error.code : undefined
  const fields = { target: target.name, answer, ...(sqlstate === undefined ? {} : { sqlstate }) }
  if (sqlstate === '53300') {
    return new CodedError(
      'target_unavailable',
      `PostgreSQL ${target.name} has no free connection slot (53300): ${answer}`,
      {
        fields,
        hint: 'Give the role of Paramedic a reserved slot (reserved_connections and pg_use_reserved_connections, PostgreSQL 16).',
      },
    )
  }
  const told = `${verb} PostgreSQL ${target.name} failed${sqlstate === undefined ? '' : ` (${sqlstate})`}: ${answer}`
  return new CodedError(isTemporary(sqlstate) ? 'target_unavailable' : 'target_rejected', told, { fields })
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: 08 connection, 53 resources, 57 operator intervention
// (shutdown, starting up, and 57014, our own statement_timeout), 58 system error. Without a state the network failed.
function isTemporary(sqlstate: string | undefined): boolean {
  return sqlstate === undefined || ['08', '53', '57', '58'].includes(sqlstate.slice(0, 2))
}

async function goodbye(client: pg.Client, socket: Socket): Promise<void> {
  if (socket.destroyed) return
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS)
  // The work is done or has failed with its own error; how the connection ends changes nothing of it.
  await client.end().catch(() => {})
  clearTimeout(timer)
}
