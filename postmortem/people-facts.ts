import {
  type FactAct,
  type FactPage,
  type PostmortemFacts,
  postmortemDeadlineOf,
} from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/** The pages of the incident, in the order they happened; those about the post-mortem itself are left out. */
export function pageFacts(entries: readonly TimelineEntry[]): FactPage[] {
  return entries.flatMap((entry): FactPage[] => {
    const { atMs } = entry
    switch (entry.kind) {
      case 'page.sent':
      case 'page.failed': {
        if (postmortemDeadlineOf(entry.data.pageId) !== undefined) return []
        const { to, level, dueAt, latenessMs } = entry.data
        const state = entry.kind === 'page.sent' ? 'sent' : 'failed'
        const because = entry.kind === 'page.failed' ? failuresOf(entry.data.failures) : null
        return [{ to, level, state, atMs, dueAtMs: Date.parse(dueAt), latenessMs, because }]
      }
      case 'page.suppressed': {
        if (postmortemDeadlineOf(entry.data.pageId) !== undefined) return []
        const { level, because } = entry.data
        const nobody = { to: [], dueAtMs: null, latenessMs: null }
        return [{ ...nobody, level, state: 'suppressed', atMs, because }]
      }
      default:
        return []
    }
  })
}

function failuresOf(failures: Record<string, string>): string {
  return Object.entries(failures)
    .map(([channel, problem]) => `${channel}: ${problem}`)
    .join('; ')
}

/** What people did and said, besides deciding about steps. */
export function actFacts(entries: readonly TimelineEntry[]): PostmortemFacts['acts'] {
  return entries.flatMap(entry => {
    if (!entry.actor.startsWith('person:')) return []
    const act = actOf(entry)
    return act === undefined ? [] : [{ atMs: entry.atMs, by: entry.actor, what: act[0], text: act[1] }]
  })
}

function actOf(entry: TimelineEntry): [FactAct, string] | undefined {
  switch (entry.kind) {
    case 'acknowledged':
      return ['acknowledged', '']
    case 'note':
      return ['noted', entry.data.text]
    case 'severity.changed':
      return ['set the severity', `${entry.data.to}, before ${entry.data.from}: ${entry.data.because}`]
    case 'impact.changed':
      return ['set the impact', `${entry.data.to}, before ${entry.data.from}: ${entry.data.because}`]
    case 'resolve.requested':
      return ['resolved', endText(entry.data)]
    case 'cancel.requested':
      return ['cancelled', endText(entry.data)]
    default:
      return undefined
  }
}

function endText({ reason, unticked = [] }: { reason?: string; unticked?: readonly string[] }): string {
  const left = unticked.length === 0 ? [] : [`not ticked: ${unticked.join(', ')}`]
  return [...(reason === undefined ? [] : [reason]), ...left].join('; ')
}
