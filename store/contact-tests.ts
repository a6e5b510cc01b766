import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool } from './database.ts'
import { leaveTelling } from './news.ts'

/** Somebody wants to know whether a contact can be reached: one message by each of its channels, and the act on record. */
export async function requestContactTest(
  pool: Pool,
  asked: { contact: string; channels: readonly string[]; by: string; atMs: number },
): Promise<string> {
  const { contact, channels, by, atMs } = asked
  const at = new Date(atMs).toISOString()
  const id = `test/${contact}/${at}`
  await inTransaction(pool, async tx => {
    for (const channel of channels) {
      const key = `${id}/${channel}`
      const content = { kind: 'test', key, contact, by, at } as const
      await leaveTelling(tx, { key, kind: 'test', recipient: contact, channel, content }, atMs)
    }
    await appendEntries(tx, [
      { kind: 'contact.test', actor: `person:${by}`, atMs, data: { contact, channels: [...channels] } },
    ])
  })
  return id
}
