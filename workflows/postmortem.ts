import { sleep } from '@temporalio/workflow'
import type { DueDraft } from '../activities/postmortem.ts'
import { limits } from '../contracts/limits.ts'
import { type PostmortemDeadline, postmortemPageId } from '../contracts/postmortem.ts'
import { pages, records } from './activity-stubs.ts'

/**
 * Keeps the time of a post-mortem: drafts it, reminds of it, and pages when it is due. What it says and whether it is
 * published is in PostgreSQL; each page asks there, so that nobody is called for one that is out.
 */
export async function postmortem({ number }: { number: string }): Promise<void> {
  const draft = await records.draftPostmortem({ number })
  if (draft === null) return
  const { dueAtMs, dueWithinMs } = draft
  const remindBeforeMs = Math.min(limits.postmortemReminderMs, Math.round(dueWithinMs / 2))
  // Side by side: a reminder that cannot be delivered must not make the escalation late.
  await Promise.all([
    callAt(number, draft, 'reminder', dueAtMs - remindBeforeMs),
    callAt(number, draft, 'escalation', dueAtMs),
  ])
}

async function callAt(
  number: string,
  draft: NonNullable<DueDraft>,
  deadline: PostmortemDeadline,
  dueAtMs: number,
): Promise<void> {
  if (dueAtMs > Date.now()) await sleep(dueAtMs - Date.now())
  // After a long outage one call is enough: the one that says it is too late.
  if (deadline === 'reminder' && Date.now() >= draft.dueAtMs) return
  const { functions, title, owner, severity, severityLabel, system, environment, openedAt } = draft
  const id = postmortemPageId(number, deadline)
  const level = deadline === 'reminder' ? 0 : 1
  await pages
    .page({
      intent: {
        id,
        incident: number,
        epoch: 0,
        level,
        functions,
        unless: 'published',
        dueAtMs,
        atMs: Date.now(),
      },
      page: {
        id,
        incident: number,
        level,
        functions,
        title,
        severity,
        ...(severityLabel === undefined ? {} : { severityLabel }),
        system,
        environment,
        because: becauseOf(deadline, draft),
        openedAt,
        acknowledgeCommand: `npx paramedic postmortem edit ${number}`,
        postmortem: { deadline, owner, dueAt: new Date(draft.dueAtMs).toISOString() },
      },
    })
    // Each failed try has its own entry; the deadline after this one is the way on.
    .catch(() => undefined)
}

function becauseOf(deadline: PostmortemDeadline, { owner, dueAtMs }: NonNullable<DueDraft>): string {
  const due = `${new Date(dueAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return deadline === 'reminder'
    ? `the post-mortem that ${owner} owes is due at ${due}`
    : `the post-mortem that ${owner} owes was due at ${due} and is not published`
}
