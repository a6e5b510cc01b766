import { standingSteps } from '../contracts/standing-steps.ts'
import { readWholeTimeline } from './audit-log.ts'
import type { Queryable } from './database.ts'

/** What is not done when a person ends an incident. */
export interface LeftByEnd {
  /** Manual steps that were asked for and that nobody has answered for; nobody can tick them any more. */
  unticked: string[]
  /** Temporary steps that are in place; they are taken back before it closes. */
  toTakeBack: string[]
}

export async function leftByEnd(tx: Queryable, incident: string): Promise<LeftByEnd> {
  return { unticked: await untickedSteps(tx, incident), toTakeBack: await readToTakeBack(tx, incident) }
}

/** Temporary steps that are in place, and that no person has said to leave there. */
export async function readToTakeBack(tx: Queryable, incident: string): Promise<string[]> {
  const standing = standingSteps(await readWholeTimeline(tx, incident))
  return standing.filter(({ isLeft }) => !isLeft).map(({ step }) => step)
}

/** In the order in which they were asked for. Of a step that was asked for again, the last time counts. */
async function untickedSteps(tx: Queryable, incident: string): Promise<string[]> {
  const { rows } = await tx.query<{ step: string }>(
    `select step from (select distinct on (step) step, state, opened_at from gate
       where incident = $1 and kind = 'manual' order by step, attempt desc) as last
     where state in ('open', 'expired') order by opened_at, step`,
    [incident],
  )
  return rows.map(({ step }) => step)
}
