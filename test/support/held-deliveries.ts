import type { Pool } from '../../store/database.ts'
import { lockDeliveries } from '../../store/messages.ts'
import { eventually } from './incident-harness.ts'

/** Keeps an incident's messages from its workflow, as a slow relay elsewhere does that has taken them; call to let them go. */
export async function holdDeliveries(pool: Pool, incident: string): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('begin')
  await eventually(() => lockDeliveries(client, incident))
  return async () => {
    await client.query('rollback')
    client.release()
  }
}
