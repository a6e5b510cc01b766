import { Redis, type RedisOptions } from 'ioredis'
import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import { attempted } from '../attempted.ts'
import type { Pace } from '../pace.ts'
import { answerOf } from '../redaction.ts'

type RedisTarget = TargetConfigurationOf<'redis'>

// A server that needs longer to let somebody in is in trouble; checks have 10 s for connection and commands together.
const CONNECT_MS = 4_000
// Redis runs one command at a time and every one of ours takes about a millisecond; five seconds behind others is down.
const COMMAND_MS = 5_000
// The socket is closed politely first; nothing is left to be said.
const DISCONNECT_MS = 50
const DEFAULT_PORT = 6379

/** One connection in use; failures are CodedErrors without the URL. */
export interface RedisSession {
  /** Asks the server one thing; `call` returns the promise of one command. */
  ask<T>(call: (redis: Redis) => Promise<T>): Promise<T>
  /** The number of the logical database. */
  database: number
}

/**
 * Opens one connection, runs `work` on it and closes it. It is never reopened: a second connection could reach another
 * server behind the same address. Throws `target_unavailable` or `target_rejected`; an aborted signal cuts the socket.
 * @param pace keeps an effect in touch with the harness during each wait; a check needs none.
 */
export async function withRedis<T>(
  target: RedisTarget,
  signal: AbortSignal,
  work: (session: RedisSession) => Promise<T>,
  pace: Pick<Pace, 'wait'> = { wait: wait => wait },
): Promise<T> {
  signal.throwIfAborted()
  const options = optionsOf(target)
  const redis = new Redis(options)
  const cut = () => redis.disconnect()
  signal.addEventListener('abort', cut, { once: true })
  try {
    const attempt = <A>(verb: string, call: () => Promise<A>) =>
      pace.wait(attempted(signal, call, error => failure(target, verb, error)))
    await attempt('Connecting to', () => connect(redis))
    return await work({
      ask: call => attempt('Asking', () => call(redis)),
      database: options.db,
    })
  } finally {
    signal.removeEventListener('abort', cut)
    cut()
  }
}

/**
 * An `error` before the connection is ready counts as failure although ioredis goes on: it does so after a SELECT that
 * was refused (event_handler.js), and all that follows would happen in database 0.
 */
async function connect(redis: Redis): Promise<void> {
  let reason: Error | undefined
  // Stays for the connection's life: unheard, the event would be printed with its command and the arguments.
  redis.on('error', (error: Error) => {
    reason ??= error
  })
  await redis.connect().catch((error: unknown) => {
    throw reason ?? error
  })
  if (reason !== undefined) throw reason
}

/** The URL is taken apart here: ioredis would let its query parameters override the options below. */
function optionsOf(target: RedisTarget) {
  const url = new URL(target.connection.url.reveal())
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1]
  if (!['redis:', 'rediss:'].includes(url.protocol) || database === undefined) {
    throw new CodedError(
      'target_rejected',
      `The connection URL of ${target.name} is not redis://host:port/<database number>.`,
      {
        fields: { target: target.name },
        hint: 'Use redis:// or, with TLS, rediss://, and a number as path.',
      },
    )
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    db: Number(database),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
    // RESP2 is understood by every server since Redis 1.2; HELLO 3 came with 6.
    protocol: 2,
    connectionName: 'paramedic',
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    disconnectTimeout: DISCONNECT_MS,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // A server that still loads its data says so to the first command.
    enableReadyCheck: false,
  } satisfies RedisOptions
}

/** The driver's error is not kept as `cause`: that of a command holds its arguments, and those of AUTH are the credentials. */
function failure(target: RedisTarget, verb: string, error: unknown): CodedError {
  const answer = answerOf(error, target.connection.url)
  const told = `${verb} Redis ${target.name} failed: ${answer}`
  return new CodedError(isFinal(error) ? 'target_rejected' : 'target_unavailable', told, {
    fields: { target: target.name, answer },
  })
}

// Answers that pass by themselves; every other reply of the server is its last word, and anything else is the network.
const passing = /^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|OOM|ERR max number of clients)\b/

// By name: ioredis gives its own class of this name the type `any`.
function isFinal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !passing.test(error.message)
}
