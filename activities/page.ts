import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity'
import { CodedError } from '../contracts/coded-error.ts'
import type { Directory } from '../contracts/directory.ts'
import { limits } from '../contracts/limits.ts'
import type { Page } from '../contracts/page.ts'
import type { ChannelGate } from '../reach/channel-gate.ts'
import { withinMs } from '../reach/within-ms.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import { readDeliveries, type RecordedDelivery } from '../store/notices.ts'
import { beginPage, noteDelivered, type PageIntent } from '../store/pages.ts'
import { isReached, type PageProgress, reachEverybody, type Reaching } from './reach-everybody.ts'
import { recordPage } from './record-page.ts'
import { createWorkflowClock } from './workflow-clock.ts'

export interface PageInput {
  intent: PageIntent
  page: Page
}

export type PageResult =
  { state: 'sent' | 'failed'; latenessMs: number } | { state: 'suppressed'; because: string }

interface PageDependencies {
  pool: Pool
  configuration: Directory
  gate: ChannelGate
}

/** What the row says before anybody is paged. `enough`: somebody has been reached and it is no longer wanted. */
type Asked =
  | { state: 'sending' | 'enough' | 'sent'; deliveries: RecordedDelivery[] }
  | Extract<PageResult, { state: 'suppressed' }>

export function createPageActivities(dependencies: PageDependencies) {
  const { pool, configuration, gate } = dependencies
  return {
    /**
     * Pages people, unless the incident's row says that it is no longer wanted. The row is asked for one second; without an
     * answer the page goes out and is recorded afterwards: nobody sleeps through an outage because a database was slow. How far
     * it came is in rows and in the heartbeat, so that another worker goes on from there.
     */
    async page(input: PageInput): Promise<PageResult> {
      const now = createWorkflowClock()
      // Whoever had this page before and could not finish it.
      const carried = (activityInfo().heartbeatDetails ?? undefined) as PageProgress | undefined
      const progress: PageProgress = carried ?? { tries: {}, isUnasked: false, isOver: false }
      const beating = setInterval(() => heartbeat(progress), limits.heartbeatMs / 3)
      try {
        // Everybody was reached by an earlier try that could not record it, whatever was decided since.
        if (!progress.isOver) {
          const asked = await withinMs(limits.pageAsksMs, ask(dependencies, input, progress, now()))
          if (asked?.state === 'suppressed') return asked
          if (asked?.state === 'sent') return { state: 'sent', latenessMs: latenessOf(input, now()) }
          if (asked?.state !== 'enough') {
            remember(progress, asked?.deliveries)
            await send(input, progress, asked !== undefined, now)
          } else progress.isOver = true
        }
        return await conclude(input, progress, now())
      } finally {
        clearInterval(beating)
      }
    },
  }

  async function send(
    { intent, page }: PageInput,
    progress: PageProgress,
    isRecordable: boolean,
    now: () => number,
  ): Promise<void> {
    progress.isUnasked ||= !isRecordable
    progress.sentAtMs ??= now()
    const reaching: Reaching = {
      page,
      progress,
      isRecordable,
      now,
      untilMs: Date.now() + limits.pageRoundMs,
      signal: cancellationSignal(),
      onTry() {
        heartbeat(progress)
        // So that people see it at once; the record that counts comes when all of it is over.
        if (isRecordable && isReached(progress, configuration))
          void noteDelivered(pool, intent.id, now()).catch(() => {})
      },
    }
    progress.isOver = await reachEverybody(gate, configuration, reaching)
    heartbeat(progress)
  }

  /** Writes what happened; throws when nobody was reached, so that Temporal tries again while that may help. */
  async function conclude(
    input: PageInput,
    progress: PageProgress,
    atMs: number,
  ): Promise<Extract<PageResult, { state: 'sent' | 'failed' }>> {
    const { intent } = input
    if (!progress.isOver)
      throw new CodedError('target_unavailable', `Page ${intent.id} has not reached everybody yet.`)
    const { isSent, isHopeless, failures, deliveredAtMs } = await recordPage(pool, gate, configuration, {
      ...input,
      progress,
      atMs,
    })
    if (isSent) return { state: 'sent', latenessMs: latenessOf(input, deliveredAtMs) }
    progress.isOver = false
    heartbeat(progress)
    throw new CodedError(
      isHopeless ? 'target_rejected' : 'target_unavailable',
      `Nobody could be paged: ${JSON.stringify(failures)}.`,
    )
  }
}

/** Whether it is wanted still, by the incident's row; what earlier tries have delivered is remembered. */
async function ask(
  { pool, configuration }: PageDependencies,
  { intent, page }: PageInput,
  progress: PageProgress,
  atMs: number,
): Promise<Asked> {
  return inTransaction(pool, async tx => {
    const deliveries = await readDeliveries(tx, page.id)
    remember(progress, deliveries)
    const hasReached = isReached(progress, configuration)
    const { state, because, isNew } = await beginPage(tx, { ...intent, atMs }, hasReached)
    if (state === 'sent') return { state, deliveries }
    if (state !== 'suppressed') return { state: because === null ? 'sending' : 'enough', deliveries }
    const reason = because ?? 'no longer wanted'
    const data = { pageId: intent.id, level: intent.level, because: reason }
    if (isNew)
      await appendEntries(tx, [
        { kind: 'page.suppressed', actor: 'paramedic', atMs, incident: intent.incident, data },
      ])
    return { state, because: reason }
  })
}

/** Rows know what other workers did, the heartbeat what no row could take: of both, what came further counts. */
function remember(progress: PageProgress, deliveries: readonly RecordedDelivery[] = []): void {
  for (const { key: _, recipient, channel, ...delivery } of deliveries) {
    const tries = (progress.tries[recipient] ??= {})
    const known = tries[channel]
    const isFurther =
      known === undefined || delivery.state === 'accepted' || delivery.attempts > known.attempts
    if (isFurther && known?.state !== 'accepted') tries[channel] = delivery
  }
}

function latenessOf({ intent }: Pick<PageInput, 'intent'>, atMs: number): number {
  return Math.max(0, atMs - intent.dueAtMs)
}
