import { type ChainFault, createChainCheck, genesis } from '../../proof/chain.ts'
import { readAuditPage } from '../../store/audit-log.ts'
import type { Queryable } from '../../store/database.ts'

/** Recomputes the whole chain as an auditor does; everything that does not fit. */
export async function findChainFaults(db: Queryable): Promise<ChainFault[]> {
  const check = createChainCheck(genesis)
  const faults: ChainFault[] = []
  for (let after = 0; ;) {
    const { entries, head } = await readAuditPage(db, { after, limit: 1_000 })
    for (const entry of entries) faults.push(...check.take(entry))
    if (entries.length < 1_000) return [...faults, ...check.end(head)]
    after = entries.at(-1)!.seq
  }
}
