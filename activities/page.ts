import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity'
import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import type { Notifier, Page } from '../contracts/page.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import { beginPage, finishPage, type PageIntent } from '../store/pages.ts'
import { createWorkflowClock } from './workflow-clock.ts'

export interface PageInput {
  intent: PageIntent
  page: Page
}

export type PageResult =
  { state: 'sent' | 'failed'; latenessMs: number } | { state: 'suppressed'; because: string }

/** Channel -> `sent`, or why not. */
interface Delivered {
  channels: Record<string, string>
  atMs: number
  /** The row did not answer; people were paged all the same. */
  isUnasked: boolean
}

export function createPageActivities({ pool, notifiers }: { pool: Pool; notifiers: readonly Notifier[] }) {
  return {
    /**
     * Pages people, unless the incident's row says that it is no longer wanted. The row is asked for one second; without an
     * answer the page goes out and is recorded afterwards: nobody sleeps through an outage because a database was slow.
     */
    async page(input: PageInput): Promise<PageResult> {
      const now = createWorkflowClock()
      // Sent by an earlier try that could not record it: only the record is missing, whatever was decided since.
      let delivered = (activityInfo().heartbeatDetails ?? undefined) as Delivered | undefined
      const beating = setInterval(() => heartbeat(delivered), limits.heartbeatMs / 3)
      try {
        if (delivered === undefined) {
          const asked = await within(limits.pageAsksMs, decide(input, now()))
          if (asked?.state === 'suppressed') return asked
          if (asked?.state === 'sent') return { state: 'sent', latenessMs: latenessOf(input, now()) }
          const channels = await sendAll(input.page)
          delivered = { channels, atMs: now(), isUnasked: asked === undefined }
        }
        const isSent = Object.values(delivered.channels).includes('sent')
        if (isSent) heartbeat(delivered)
        await recordSent(input, delivered)
        if (isSent) return { state: 'sent', latenessMs: latenessOf(input, delivered.atMs) }
        throw new CodedError(
          'target_unavailable',
          `Nobody could be paged: ${JSON.stringify(delivered.channels)}.`,
        )
      } finally {
        clearInterval(beating)
      }
    },
  }

  async function decide(
    { intent }: PageInput,
    atMs: number,
  ): Promise<{ state: 'sending' | 'sent' } | Extract<PageResult, { state: 'suppressed' }>> {
    return inTransaction(pool, async tx => {
      const { state, because, isNew } = await beginPage(tx, { ...intent, atMs })
      if (state !== 'suppressed') return { state: state === 'sent' ? 'sent' : 'sending' }
      const reason = because ?? 'no longer wanted'
      const data = { pageId: intent.id, level: intent.level, because: reason }
      if (isNew)
        await appendEntries(tx, [
          { kind: 'page.suppressed', actor: 'paramedic', atMs, incident: intent.incident, data },
        ])
      return { state, because: reason }
    })
  }

  async function sendAll(page: Page): Promise<Record<string, string>> {
    const sent = notifiers.map(async notifier => {
      try {
        await notifier.send(
          page,
          AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.notifierTimeoutMs)]),
        )
        return [notifier.name, 'sent'] as const
      } catch (error) {
        return [notifier.name, error instanceof Error ? error.message : String(error)] as const
      }
    })
    return Object.fromEntries(await Promise.all(sent))
  }

  async function recordSent({ intent }: PageInput, { channels, atMs, isUnasked }: Delivered): Promise<void> {
    const latenessMs = latenessOf({ intent }, atMs)
    const reached = Object.keys(channels).filter(name => channels[name] === 'sent')
    const state = reached.length > 0 ? 'sent' : 'failed'
    const about = {
      pageId: intent.id,
      level: intent.level,
      to: intent.functions,
      dueAt: new Date(intent.dueAtMs).toISOString(),
      latenessMs,
    }
    const common = { actor: 'paramedic', atMs, incident: intent.incident } as const
    await inTransaction(pool, async tx => {
      if (isUnasked) await beginPage(tx, { ...intent, atMs })
      await finishPage(tx, intent.id, { state, latenessMs, channels, atMs })
      const unrecorded = isUnasked ? { unrecordedFor: 'the database did not answer in time' } : {}
      await appendEntries(tx, [
        state === 'sent'
          ? { ...common, kind: 'page.sent', data: { ...about, channels: reached, ...unrecorded } }
          : { ...common, kind: 'page.failed', data: { ...about, failures: channels } },
      ])
    })
  }
}

function latenessOf({ intent }: Pick<PageInput, 'intent'>, atMs: number): number {
  return Math.max(0, atMs - intent.dueAtMs)
}

/** The answer if it comes in time; a late or failed one is as good as none. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => (timer = setTimeout(() => resolve(undefined), ms)))
  try {
    return await Promise.race([answer.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}
