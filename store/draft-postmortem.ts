import { hashOf } from '../contracts/canonical-json.ts'
import type { Severity } from '../contracts/incident.ts'
import { emptyPostmortem } from '../contracts/postmortem.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool } from './database.ts'
import { saveVersion } from './postmortem-versions.ts'

export interface Drafted {
  title: string
  severity: Severity
  severityLabel: string | null
  system: string
  environment: string
  owner: string
  openedAtMs: number
  closedAtMs: number
  /** Null when none is due: then nobody is reminded. */
  dueAtMs: number | null
}

/**
 * Makes the empty draft of a closed incident, once; an incident that is open or was cancelled has none. Returns what whoever
 * keeps its time has to know.
 */
export async function draftPostmortem(
  pool: Pool,
  draft: { number: string; atMs: number },
): Promise<Drafted | undefined> {
  return inTransaction(pool, async tx => {
    const { rows } = await tx.query<DraftedRow>(
      `select title, severity, severity_label as "severityLabel", system, environment, owner, opened_at as "openedAt",
         closed_at as "closedAt", postmortem_due_at as "dueAt"
       from incident where number = $1 and phase = 'closed' and outcome <> 'cancelled' for no key update`,
      [draft.number],
    )
    const row = rows[0]
    if (row === undefined) return undefined
    const { openedAt, closedAt, dueAt, ...about } = row
    const at = new Date(draft.atMs)
    const { rowCount } = await tx.query(
      'insert into postmortem (incident, version, due_at, drafted_at) values ($1, 1, $2, $3) on conflict do nothing',
      [draft.number, dueAt, at],
    )
    if (rowCount === 1) {
      await saveVersion(tx, draft.number, 1, emptyPostmortem, null, at)
      const due = dueAt === null ? {} : { dueAt: dueAt.toISOString() }
      await appendEntries(tx, [
        {
          kind: 'postmortem.drafted',
          actor: 'paramedic',
          atMs: draft.atMs,
          incident: draft.number,
          data: { version: 1, contentHash: hashOf(emptyPostmortem), ticked: emptyPostmortem.ticked, ...due },
        },
      ])
    }
    return {
      ...about,
      openedAtMs: openedAt.getTime(),
      closedAtMs: closedAt.getTime(),
      dueAtMs: dueAt?.getTime() ?? null,
    }
  })
}

type DraftedRow = Omit<Drafted, 'openedAtMs' | 'closedAtMs' | 'dueAtMs'> & {
  openedAt: Date
  closedAt: Date
  dueAt: Date | null
}
