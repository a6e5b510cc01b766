/**
 * Imported first, it makes a process stop itself (SIGSTOP) at one statement, as a killed or frozen machine would: FAULTY_PAUSE
 * is a piece of the SQL, FAULTY_NTH says at which time it comes, FAULTY_WHEN before or after it, FAULTY_WITHIN counts it only in a transaction that
 * has had this other statement. The test kills the process there or lets it go on.
 */
import { callbackify } from 'node:util'
import pg from 'pg'

const pauseAt = process.env['FAULTY_PAUSE']
const pauseWhen = process.env['FAULTY_WHEN'] ?? 'before'
const pauseWithin = process.env['FAULTY_WITHIN']
let timesLeft = Number(process.env['FAULTY_NTH'] ?? '1')

if (pauseAt !== undefined) {
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown

  function queryWithPause(this: pg.Client, ...args: unknown[]): unknown {
    const text = textOf(args[0])
    const isIt = isWithin(this, text) && text.includes(pauseAt!)
    if (isIt) timesLeft -= 1
    if (!isIt || timesLeft !== 0) return query.apply(this, args)
    // A connection of its own resolves; the pool hands in a callback.
    const done: unknown = args.at(-1)
    if (typeof done !== 'function') return ask(this, args)
    return callbackify(() => ask(this, args.slice(0, -1)))(
      done as (error: Error | null, result: unknown) => void,
    )
  }

  async function ask(client: pg.Client, args: unknown[]): Promise<unknown> {
    if (pauseWhen === 'before') await stopped()
    try {
      const result = await query.apply(client, args)
      if (pauseWhen === 'after') await stopped()
      return result
    } finally {
      // Also when PostgreSQL has given up its transaction meanwhile.
      process.stdout.write('statement over\n')
    }
  }

  pg.Client.prototype.query = queryWithPause as typeof pg.Client.prototype.query
}

/** Connections whose transaction has had the other statement. */
const within = new WeakSet<pg.Client>()

function isWithin(client: pg.Client, text: string): boolean {
  if (pauseWithin === undefined) return true
  if (text === 'begin') within.delete(client)
  if (text.includes(pauseWithin)) within.add(client)
  return within.has(client)
}

/** A statement is a text, or an object with one. */
function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement
  const hasText = typeof statement === 'object' && statement !== null && 'text' in statement
  return hasText && typeof statement.text === 'string' ? statement.text : ''
}

/** Resolves on the first turn of the event loop after the process was stopped and continued. */
async function stopped(): Promise<void> {
  const before = performance.now()
  process.stdout.write('process paused\n', () => process.kill(process.pid, 'SIGSTOP'))
  while (performance.now() - before < 200) await new Promise(resolve => setTimeout(resolve, 20))
}
