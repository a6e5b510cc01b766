import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool } from './database.ts'

export interface AskedForesight {
  runbook: string
  runbookHash: string
  /** The name of the alert. */
  alert: string
  /** Names of those that will be read. */
  targets: string[]
  by: string
  atMs: number
}

/** Remembers that somebody had targets read; the answer is kept nowhere. */
export async function noteForesight(pool: Pool, { by, atMs, ...data }: AskedForesight): Promise<void> {
  await inTransaction(pool, tx =>
    appendEntries(tx, [{ kind: 'runbook.tested', actor: `person:${by}`, atMs, data }]),
  )
}
