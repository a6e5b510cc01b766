import { isCodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import type { Pool } from './database.ts'
import { acceptDeliveries, type AcceptedDelivery } from './deliveries.ts'

interface Waiting {
  delivery: AcceptedDelivery
  resolve(id: number): void
  reject(error: unknown): void
}

/**
 * Accepts deliveries that arrive at the same time in one commit: the NOTIFY to the relay makes commits wait for each other
 * (PreCommit_Notify in commands/async.c holds a lock of the whole database over the write to disk). Nobody waits for company: what
 * arrives is committed at once while a lane is free. Each promise resolves when its own delivery is committed, to the id.
 */
export function createDeliveryCommits(pool: Pool): (delivery: AcceptedDelivery) => Promise<number> {
  const waiting: Waiting[] = []
  let lanesInUse = 0

  async function work(): Promise<void> {
    lanesInUse += 1
    while (waiting.length > 0) await commit(pool, takeGroup(waiting))
    lanesInUse -= 1
  }

  return delivery =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, resolve, reject })
      if (lanesInUse < limits.deliveryCommits) void work()
    })
}

/** The oldest, and what fits beside it; one that is large is committed alone, so that its slowness is only its own. */
function takeGroup(waiting: Waiting[]): Waiting[] {
  const fits = ({ delivery }: Waiting): boolean => delivery.body.length <= limits.deliveryBytesTogether
  const firstAlone = waiting.findIndex(one => !fits(one))
  const size = firstAlone === -1 ? limits.deliveriesTogether : Math.max(1, firstAlone)
  return waiting.splice(0, Math.min(size, limits.deliveriesTogether))
}

/** A group that PostgreSQL refuses is committed one by one, so that only the one at fault is refused. */
async function commit(pool: Pool, group: readonly Waiting[]): Promise<void> {
  try {
    const ids = await acceptDeliveries(
      pool,
      group.map(({ delivery }) => delivery),
    )
    for (const [nth, { resolve }] of group.entries()) resolve(ids[nth]!)
  } catch (error) {
    const isNobodysFault = isCodedError(error) && error.code === 'database_unavailable'
    if (group.length > 1 && !isNobodysFault) for (const one of group) await commit(pool, [one])
    else for (const { reject } of group) reject(error)
  }
}
