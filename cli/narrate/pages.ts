import { humaneDuration } from '../terminal/clock.ts'
import { because, type EntryOf, listed, type Narration } from './narration.ts'

/** Promise 7: within 5 s of its deadline a page is on time. */
const onTimeMs = 5_000

export function narratePage(entry: EntryOf<'page.sent' | 'page.suppressed' | 'page.failed'>): Narration {
  switch (entry.kind) {
    case 'page.sent': {
      const { level, to, latenessMs, channels, unrecordedFor } = entry.data
      const via = channels.length === 0 ? '' : ` by ${listed(channels)}`
      const recorded = unrecordedFor === undefined ? '' : `; recorded afterwards, ${unrecordedFor}`
      return {
        text: `Paged ${listed(to)} (level ${level})${via}, ${punctuality(latenessMs)}${recorded}`,
        tone: latenessMs > onTimeMs ? 'attention' : 'plain',
      }
    }
    case 'page.suppressed': {
      const { level, because: reason } = entry.data
      return { text: `Level ${level} was not needed${because(reason)}`, tone: 'quiet' }
    }
    case 'page.failed': {
      const { level, to, failures, latenessMs } = entry.data
      const reasons = Object.entries(failures).map(([channel, problem]) => `${channel}: ${problem}`)
      const why = reasons.length === 0 ? 'no way to page is configured' : reasons.join('; ')
      return {
        text: `Could not page ${listed(to)} (level ${level}, ${punctuality(latenessMs)}): ${why}`,
        tone: 'bad',
      }
    }
    default:
      return entry satisfies never
  }
}

export function punctuality(latenessMs: number): string {
  return latenessMs > onTimeMs ? `${humaneDuration(latenessMs)} late` : 'on time'
}
