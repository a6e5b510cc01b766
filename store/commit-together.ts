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
 * arrives while no commit is on its way is committed at once, and what arrives meanwhile by the next one, or beside one that is
 * slow. Each promise resolves when its own delivery is committed, to the id.
 */
export function createDeliveryCommits(pool: Pool): (delivery: AcceptedDelivery) => Promise<number> {
  const waiting: Waiting[] = []
  let lanesInUse = 0
  let slowLanes = 0

  function startLane(): void {
    const isHeldUp = slowLanes === lanesInUse && lanesInUse < limits.deliveryCommits
    if (isHeldUp && waiting.length > 0) void work()
  }

  async function work(): Promise<void> {
    lanesInUse += 1
    while (waiting.length > 0) await commitWatched(takeGroup(waiting))
    lanesInUse -= 1
  }

  async function commitWatched(group: readonly Waiting[]): Promise<void> {
    let isSlow = false
    const watch = setTimeout(() => {
      isSlow = true
      slowLanes += 1
      startLane()
    }, limits.slowCommitMs)
    await commit(pool, group)
    clearTimeout(watch)
    if (isSlow) slowLanes -= 1
  }

  return delivery =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, resolve, reject })
      startLane()
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
