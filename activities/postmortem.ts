import type { Configuration } from '../contracts/configuration.ts'
import type { Severity } from '../contracts/incident.ts'
import type { Pool } from '../store/database.ts'
import { draftPostmortem } from '../store/draft-postmortem.ts'
import { createWorkflowClock } from './workflow-clock.ts'

/** What the workflow of a post-mortem has to know to keep its time; null when there is nothing to wait for. */
export type DueDraft = {
  dueAtMs: number
  /** How long people have from the end of the incident. */
  dueWithinMs: number
  /** Who is asked to write it: the contacts of the owning team, then the on-call. */
  functions: string[]
  title: string
  owner: string
  severity: Severity
  severityLabel?: string
  system: string
  environment: string
  openedAt: string
} | null

export function createPostmortemActivities({
  pool,
  configuration,
}: {
  pool: Pool
  configuration: Pick<Configuration, 'teams'>
}) {
  return {
    /** Drafts the post-mortem of a closed incident; a second time changes nothing. */
    async draftPostmortem({ number }: { number: string }): Promise<DueDraft> {
      const drafted = await draftPostmortem(pool, { number, atMs: createWorkflowClock()() })
      if (drafted === undefined || drafted.dueAtMs === null) return null
      const { dueAtMs, closedAtMs, openedAtMs, severityLabel, owner, ...about } = drafted
      const contacts = configuration.teams.find(team => team.name === owner)?.contacts ?? []
      return {
        ...about,
        owner,
        dueAtMs,
        dueWithinMs: dueAtMs - closedAtMs,
        functions: [...new Set([...contacts, 'on-call'])],
        ...(severityLabel === null ? {} : { severityLabel }),
        openedAt: new Date(openedAtMs).toISOString(),
      }
    },
  }
}
