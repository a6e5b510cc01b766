/** What became of a page, in one transaction: its row, a row for each try, its entry. */
import { type Directory, fallbackOf, type Recipient } from '../contracts/directory.ts'
import type { Page } from '../contracts/page.ts'
import type { TimelineEvents } from '../contracts/timeline.ts'
import type { ChannelGate } from '../reach/channel-gate.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool, type Queryable } from '../store/database.ts'
import { readTried, saveDelivery } from '../store/notices.ts'
import { beginPage, finishPage, type PageIntent } from '../store/pages.ts'
import { called, type PageProgress, wakes } from './reach-everybody.ts'

interface Ended {
  intent: PageIntent
  page: Page
  progress: PageProgress
  atMs: number
}

interface Recorded {
  isSent: boolean
  /** Every channel has refused for good. */
  isHopeless: boolean
  failures: Record<string, string>
  deliveredAtMs: number
}

export async function recordPage(
  pool: Pool,
  gate: ChannelGate,
  people: Directory,
  { intent, page, progress, atMs }: Ended,
): Promise<Recorded> {
  const outcome = outcomeOf(progress, people)
  const isSent = outcome.reached.length > 0
  const deliveredAtMs = outcome.deliveredAtMs ?? atMs
  const sentAtMs = progress.sentAtMs ?? deliveredAtMs
  const latenessMs = Math.max(0, deliveredAtMs - intent.dueAtMs)
  await inTransaction(pool, async tx => {
    if (progress.isUnasked) await beginPage(tx, { ...intent, atMs: progress.sentAtMs ?? atMs }, isSent)
    await finishPage(tx, intent.id, {
      state: isSent ? 'sent' : 'failed',
      latenessMs,
      channels: outcome.channels,
      sentAtMs,
      ...(isSent ? { deliveredAtMs } : {}),
    })
    await saveTries(tx, gate, people, { page, progress, atMs })
    const common = { actor: 'paramedic', atMs: deliveredAtMs, incident: intent.incident } as const
    const about = {
      pageId: intent.id,
      level: intent.level,
      to: intent.functions,
      dueAt: new Date(intent.dueAtMs).toISOString(),
      sentAt: new Date(sentAtMs).toISOString(),
      latenessMs,
    }
    const notices = await readTried(tx, intent.id)
    await appendEntries(tx, [
      isSent
        ? { ...common, kind: 'page.sent', data: { ...about, ...sentData(outcome, progress), notices } }
        : { ...common, kind: 'page.failed', data: { ...about, failures: outcome.failures } },
    ])
  })
  return { isSent, isHopeless: outcome.isHopeless, failures: outcome.failures, deliveredAtMs }
}

interface Outcome {
  /** Recipient and the channel that took it; the last resort is not among them. */
  reached: [recipient: string, channel: string][]
  /** `mia by mail` -> what the channel said. */
  failures: Record<string, string>
  /** As the page's row keeps it. */
  channels: Record<string, string>
  rollUps: string[]
  deliveredAtMs: number | undefined
  isHopeless: boolean
}

function outcomeOf({ tries, nobody = [] }: PageProgress, people: Directory): Outcome {
  const all = Object.entries(tries).flatMap(([recipient, channels]) =>
    Object.entries(channels).map(([channel, delivery]) => ({ recipient, channel, ...delivery })),
  )
  const taken = all.filter(one => one.state === 'accepted' && wakes(one.recipient, people))
  const failed = all.filter(one => one.state !== 'accepted')
  const failures = Object.fromEntries([
    ...failed.map(one => [routeName(one), one.problem ?? 'not tried'] as const),
    ...nobody.map(name => [name, 'nobody stands behind this name'] as const),
  ])
  const times = taken.flatMap(one => one.acceptedAtMs ?? [])
  return {
    reached: taken.map(({ recipient, channel }) => [recipient, channel]),
    failures,
    channels: { ...failures, ...Object.fromEntries(taken.map(one => [routeName(one), 'sent'])) },
    rollUps: [...new Set(taken.flatMap(one => one.rollUp ?? []))],
    deliveredAtMs: times.length === 0 ? undefined : Math.min(...times),
    isHopeless: failed.every(one => one.state === 'rejected'),
  }
}

function routeName({ recipient, channel }: { recipient: string; channel: string }): string {
  return recipient.includes(' ') ? channel : `${recipient} by ${channel}`
}

function sentData(
  { reached, failures, rollUps }: Outcome,
  { isUnasked, nobody }: PageProgress,
): Pick<
  TimelineEvents['page.sent'],
  'channels' | 'reached' | 'nobody' | 'failures' | 'rollUps' | 'unrecordedFor'
> {
  const people = reached.filter(([recipient]) => !recipient.includes(' '))
  return {
    channels: [...new Set(reached.map(([, channel]) => channel))],
    ...(people.length === 0 ? {} : { reached: Object.fromEntries(people) }),
    ...(nobody === undefined ? {} : { nobody }),
    ...(Object.keys(failures).length === 0 ? {} : { failures }),
    ...(rollUps.length === 0 ? {} : { rollUps }),
    ...(isUnasked ? { unrecordedFor: 'the database did not answer in time' } : {}),
  }
}

async function saveTries(
  tx: Queryable,
  gate: ChannelGate,
  people: Directory,
  { page, progress, atMs }: Pick<Ended, 'page' | 'progress' | 'atMs'>,
): Promise<void> {
  const recipients: Recipient[] = [...called(page, people).recipients, fallbackOf(people)]
  for (const [recipient, tries] of Object.entries(progress.tries))
    for (const [channel, delivery] of Object.entries(tries)) {
      const route = recipients
        .find(({ name }) => name === recipient)
        ?.routes.find(candidate => candidate.channel === channel)
      // A worker with an older configuration tried it; its own rows tell of that.
      if (route === undefined) continue
      const notice = {
        key: page.id,
        recipient,
        channel,
        channelKind: gate.kindOf(channel),
        address: route.to ?? '',
        incident: page.incident,
        content: { kind: 'page', key: page.id, page } as const,
      }
      await saveDelivery(tx, notice, delivery, progress.sentAtMs ?? atMs)
    }
}
