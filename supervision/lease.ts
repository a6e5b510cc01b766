import { limits } from '../contracts/limits.ts'
import type { Pool } from '../store/database.ts'
import { releaseLease, takeLease } from '../store/supervision-lease.ts'

/** Of all api processes one supervises: whoever has the lease. */
export interface Lease {
  readonly holder: string
  /** Takes it or keeps it; false when somebody else has it. Rejects while PostgreSQL does not answer. */
  keep(): Promise<boolean>
  /** Surely ours now. */
  isHeld(): boolean
  /** Ours by the last answer of PostgreSQL, however long ago that was. */
  wasOurs(): boolean
  release(): Promise<void>
}

export function createLease(pool: Pool, holder: string): Lease {
  let isOurs = false
  // Counted from before the question: our time ends before that of the database does.
  let heldUntilMs = 0
  return {
    holder,
    async keep() {
      const askedAtMs = performance.now()
      isOurs = await takeLease(pool, holder, limits.supervisionLeaseMs)
      heldUntilMs = isOurs ? askedAtMs + limits.supervisionLeaseMs : 0
      return isOurs
    },
    isHeld: () => performance.now() < heldUntilMs,
    wasOurs: () => isOurs,
    async release() {
      heldUntilMs = 0
      if (isOurs) await releaseLease(pool, holder)
    },
  }
}
