import { isWhatWasTaken } from '../contracts/ends-of-steps.ts'
import type { IncidentOutcome } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import type { Queryable } from './database.ts'
import { leaveNews } from './news.ts'

export interface Closing {
  result: 'closed' | 'newer-alert' | 'still-firing' | 'end-requested' | 'rebased'
  /** False when nothing changed: it was closed before, or could not be. */
  isChange: boolean
}

/**
 * Closes an incident in one statement, unless an alert transition newer than the ones the workflow has read belongs to
 * it: so an alert that races the close is part of exactly one incident. A recovery also needs every alert resolved, that no
 * person has ended the incident another way, and that it was proved by the version of the runbook that the incident runs.
 */
export async function closeIncident(
  tx: Queryable,
  close: {
    number: string
    /** Left out: any version has proved it. */
    runbookHash?: string
    seenTransition: number
    outcome: IncidentOutcome
    inPlace?: string[]
    /** What it closes with. */
    because?: string
    postmortemDueAtMs?: number
    atMs: number
  },
): Promise<Closing> {
  const mayFire = close.outcome !== 'recovered'
  if (mayFire) await lockFiring(tx, close.number)
  const { rowCount } = await tx.query(
    `update incident set phase = 'closed', closed_at = $4, outcome = $3, postmortem_due_at = $5
     where number = $1 and phase <> 'closed' and ($6 or (last_transition <= $2 and end_requested is null and runbook_hash = coalesce($7, runbook_hash)
       and not exists (select 1 from alert where incident = $1 and status = 'firing')))`,
    [
      close.number,
      close.seenTransition,
      close.outcome,
      new Date(close.atMs),
      close.postmortemDueAtMs === undefined ? null : new Date(close.postmortemDueAtMs),
      mayFire,
      close.runbookHash ?? null,
    ],
  )
  if (rowCount === 1) {
    if (mayFire) await muteAlerts(tx, close.number, close.atMs)
    const because = whyToldOver(close)
    const news = {
      event: 'resolved',
      outcome: close.outcome,
      ...(because === undefined ? {} : { because }),
    } as const
    await leaveNews(tx, close.number, news, close.atMs)
    return { result: 'closed', isChange: true }
  }
  return { result: await whyOpen(tx, close), isChange: false }
}

/** What the outcome alone does not say, or would say wrongly. */
function whyToldOver({ inPlace, because }: { inPlace?: string[]; because?: string }): string | undefined {
  if (inPlace !== undefined) return `still in place: ${inPlace.join(', ')}`
  return because !== undefined && isWhatWasTaken(because) ? because : undefined
}

/** `closed`: before, by this same call, whose answer was lost. */
async function whyOpen(
  tx: Queryable,
  close: { number: string; seenTransition: number; runbookHash?: string },
): Promise<Closing['result']> {
  const { rows } = await tx.query<{ phase: string; newer: boolean; ended: boolean; moved: boolean }>(
    `select phase, last_transition > $2 as newer, end_requested is not null as ended, runbook_hash <> $3 as moved
     from incident where number = $1`,
    [close.number, close.seenTransition, close.runbookHash ?? null],
  )
  if (rows[0]?.phase === 'closed') return 'closed'
  if (rows[0]?.ended === true) return 'end-requested'
  if (rows[0]?.moved === true) return 'rebased'
  return rows[0]?.newer === true ? 'newer-alert' : 'still-firing'
}

/** Alerts before their incident, as the relay locks them: the other way round each would wait for the other. */
async function lockFiring(tx: Queryable, number: string): Promise<void> {
  await tx.query(
    `select from alert where incident = $1 and status = 'firing' order by alert_key for update`,
    [number],
  )
}

/** What still fires when a person ends the incident stays quiet for a while, or it would open the next one at once. */
async function muteAlerts(tx: Queryable, number: string, atMs: number): Promise<void> {
  await tx.query(`update alert set muted_until = $2 where incident = $1 and status = 'firing'`, [
    number,
    new Date(atMs + limits.mutedAfterResolveMs),
  ])
}
