/** Targets as the configuration gives them, and what the harness hands to an effect. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { EffectContext } from '../../activities/targets/target.ts'
import { isCodedError, type CodedError } from '../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../contracts/configuration/targets.ts'
import type { TargetIdentity } from '../../contracts/plan.ts'
import { Secret } from '../../contracts/secret.ts'
import { configuredUrl } from './configured-url.ts'

const place = { environment: 'test', system: 'shop', autonomy: 'auto' } as const

/** A signal that nobody aborts. */
export const patience = new AbortController().signal

export function postgresTarget(url: string): TargetConfigurationOf<'postgres'> {
  return { ...place, name: 'shop-db', role: 'db', kind: 'postgres', connection: { url: new Secret(url) } }
}

export function redisTarget(
  url: string,
  rebuildablePrefixes: string[] = [],
  rebuildableDatabase = false,
): TargetConfigurationOf<'redis'> {
  return {
    ...place,
    name: 'shop-cache',
    role: 'cache',
    kind: 'redis',
    connection: { url: new Secret(url) },
    rebuildablePrefixes,
    rebuildableDatabase,
  }
}

export function prometheusTarget(url: string): TargetConfigurationOf<'prometheus'> {
  return {
    ...place,
    name: 'shop-metrics',
    role: 'metrics',
    kind: 'prometheus',
    scrape: { url: configuredUrl(url) },
  }
}

export function serviceTarget(
  url: string,
  process?: TargetConfigurationOf<'service'>['process'],
): TargetConfigurationOf<'service'> {
  return {
    ...place,
    name: 'shop-api',
    role: 'api',
    kind: 'service',
    health: { url: configuredUrl(url) },
    process,
  }
}

/** What the harness hands to `apply`; `checkpoints` records the progress of each call. */
export function effectContext(
  identity: TargetIdentity,
  options: { atMost?: number; signal?: AbortSignal; checkpoint?: (touched: number) => unknown } = {},
): EffectContext & { checkpoints: number[] } {
  const checkpoints: number[] = []
  let touched = (): number => 0
  return {
    identity,
    atMost: options.atMost ?? 1_000_000,
    signal: options.signal ?? patience,
    checkpoints,
    countBy: count => void (touched = count),
    async checkpoint() {
      checkpoints.push(touched())
      await options.checkpoint?.(touched())
    },
  }
}

/** The CodedError a promise fails with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<CodedError> {
  const error: unknown = await promise.then(
    value => expect.fail(`expected a failure, got ${inspect(value)}`),
    (reason: unknown) => reason,
  )
  if (!isCodedError(error)) throw error
  return error
}

/** All a log, a history or a page could show of an error: message, stack, fields and hidden properties, causes, JSON. */
export function everythingOf(error: Error): string {
  const coded = isCodedError(error)
    ? JSON.stringify(Object.assign({}, error, { message: error.message }))
    : JSON.stringify(error)
  const cause = error.cause instanceof Error ? everythingOf(error.cause) : inspect(error.cause)
  return [error.message, error.stack, coded, cause, inspect(error, { depth: 10, showHidden: true })].join(
    '\n',
  )
}

/** A server that takes connections and never says a word. */
export async function startSilentServer(): Promise<{ port: number; server: Server; close(): void }> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer(socket => {
    sockets.add(socket)
    // A client that leaves by RST is what the test wants.
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric address')
  return {
    port: address.port,
    server,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
