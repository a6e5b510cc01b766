import type { Impact, IncidentOutcome, Phase, Severity } from '../contracts/incident.ts'
import type { Happened } from '../drills/happened.ts'
import type { TimelineKind } from '../contracts/timeline.ts'
import { readTimeline } from '../store/audit-log.ts'
import type { Pool } from '../store/database.ts'
import type { DrillSet } from './drill-set.ts'
import type { Stage } from './stage.ts'

/** What came of the incident, from its rows, its entries, what people were sent and what its targets say. */
export async function readHappened(
  pool: Pool,
  number: string,
  { clock, refused, world: { receipts, measured } }: DrillSet,
  { pages, told }: Stage,
): Promise<Happened> {
  const { rows } = await pool.query<IncidentRow>(
    'select severity, impact, phase, outcome, closed_at, postmortem_due_at from incident where number = $1',
    [number],
  )
  const row = rows[0]!
  const entries = await readTimeline(pool, number)
  const timeline = entries
    .filter(({ kind }) => !byTheWallClock.has(kind))
    .map(entry => ({
      ...entry,
      moment: clock.at(entry.atMs, Date.parse(entry.recordedAt)),
    }))
  const closing = timeline.find(({ kind }) => kind === 'incident.closed')
  return {
    number,
    openedAtMs: clock.openedAtMs,
    timeline,
    pages: firstOfEach(pages, ({ page }) => page.id)
      .filter(({ page }) => page.incident === number && page.postmortem === undefined)
      .map(({ page, atMs, sentAtMs }) => ({
        moment: clock.at(atMs, sentAtMs),
        level: page.level,
        to: page.functions,
      })),
    told: firstOfEach(told, ({ news }) => `${news.event} ${news.at}`).map(({ news, sentAtMs }) => ({
      moment: clock.at(Date.parse(news.at), sentAtMs),
      event: news.event,
      to: told
        .filter(other => other.news.event === news.event && other.news.at === news.at)
        .map(one => one.recipient),
    })),
    receipts,
    measured,
    severity: row.severity,
    impact: row.impact,
    phase: row.phase,
    outcome: row.outcome ?? 'open',
    ...(closing === undefined ? {} : { closedAt: closing.moment }),
    ...(row.postmortem_due_at === null || row.closed_at === null
      ? {}
      : { postmortemDueMs: row.postmortem_due_at.getTime() - row.closed_at.getTime() }),
    refused,
    tookMs: Date.now() - clock.begunAtMs,
  }
}

/** What is told is kept beside it, and histories are archived when the incident is over. */
export const byTheWallClock = new Set<TimelineKind>(['news.told', 'news.failed', 'history.archived'])

interface IncidentRow {
  severity: Severity
  impact: Impact
  phase: Phase
  outcome: IncidentOutcome | null
  closed_at: Date | null
  postmortem_due_at: Date | null
}

function firstOfEach<T>(items: readonly T[], key: (item: T) => string): T[] {
  return items.filter((item, index) => items.findIndex(other => key(other) === key(item)) === index)
}
