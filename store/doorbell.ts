import pg from 'pg'
import type { Pool } from './database.ts'

/** Wakes those who wait for a commit. While PostgreSQL cannot ring, only the time they gave wakes them. */
export interface Doorbell {
  /** Connects when there is no connection; never throws. */
  listen(): Promise<void>
  /** Resolves at the next ring that `concerns`, after `withinMs`, or when the signal aborts. */
  nextRing(withinMs: number, signal: AbortSignal, concerns?: (payload: string) => boolean): Promise<void>
  close(): Promise<void>
}

/** LISTEN on `channel`, on a connection of its own. `name` is what PostgreSQL shows of it. */
export function createDoorbell(pool: Pool, channel: string, name: string): Doorbell {
  let client: pg.Client | undefined
  let connecting: Promise<void> | undefined
  const waiting = new Set<(payload: string | undefined) => void>()

  async function listen(): Promise<void> {
    if (client !== undefined) return
    connecting ??= connect().finally(() => (connecting = undefined))
    await connecting
  }

  async function connect(): Promise<void> {
    const fresh = new pg.Client({ ...pool.options, application_name: name })
    // An old connection may be heard ending when a new one has its place.
    const lose = (): void => void (client = client === fresh ? undefined : client)
    fresh.on('error', lose)
    fresh.on('end', lose)
    fresh.on('notification', ({ payload }) => waiting.forEach(wake => wake(payload ?? '')))
    try {
      await fresh.connect()
      await fresh.query(`listen ${channel}`)
      client = fresh
    } catch {
      await fresh.end().catch(() => {})
    }
  }

  async function nextRing(
    withinMs: number,
    signal: AbortSignal,
    concerns: (payload: string) => boolean = () => true,
  ): Promise<void> {
    await new Promise<void>(resolve => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        waiting.delete(wake)
        resolve()
      }
      const wake = (payload: string | undefined): void => {
        if (payload === undefined || concerns(payload)) end()
      }
      const timer = setTimeout(end, withinMs)
      waiting.add(wake)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    })
  }

  return { listen, nextRing, close: async () => client?.end().catch(() => {}) }
}
