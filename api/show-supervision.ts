import { findingKey } from '../contracts/supervision.ts'
import type { SupervisionView } from '../contracts/views.ts'
import type { Pool } from '../store/database.ts'
import { confirmedFindings } from '../store/supervision-findings.ts'
import { lastLookAt } from '../store/supervision-lease.ts'
import type { StuckRow } from '../store/waiting-work.ts'
import { adviseOn } from '../supervision/advice.ts'

/** What one answer shows at most; the metrics count all. */
const shown = 200

/** What supervision has found, with what to do. */
export async function showSupervision(pool: Pool): Promise<SupervisionView> {
  const [lookedAt, found] = await Promise.all([lastLookAt(pool), confirmedFindings(pool, shown)])
  return {
    lastLookAt: lookedAt?.toISOString() ?? null,
    findings: found.map(finding => ({
      kind: finding.kind,
      ...adviseOn(finding),
      subject: finding.subject,
      since: new Date(finding.sinceMs).toISOString(),
      pagedAt: finding.pagedAtMs === null ? null : new Date(finding.pagedAtMs).toISOString(),
    })),
  }
}

/** What is stuck and no finding tells of already. */
export function withoutFindings(stuck: readonly StuckRow[], { findings }: SupervisionView): StuckRow[] {
  const told = new Set(findings.map(findingKey))
  // The kinds of both lists are the same words for the same things; of a routine the row also says which run, and why.
  const nameOf = ({ kind, subject }: StuckRow): string =>
    kind === 'missed-routine' ? subject.split(' ')[0]! : subject
  return stuck.filter(row => !told.has(`${row.kind}/${nameOf(row)}`))
}
