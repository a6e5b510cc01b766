import { logRecipient } from '../../contracts/directory.ts'
import type { NewsEvent } from '../../contracts/notice.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { because, type EntryOf, listed, nameOf, type Narration } from './narration.ts'

/** Promise 7: within 5 s of its deadline a page is on time. */
const onTimeMs = 5_000

type Kind =
  | 'page.sent'
  | 'page.suppressed'
  | 'page.failed'
  | 'news.told'
  | 'news.failed'
  | 'contact.test'
  | 'contact.tested'

export function narratePage(entry: EntryOf<Kind>): Narration {
  switch (entry.kind) {
    case 'page.sent':
      return sent(entry.data)
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
    case 'news.told': {
      const { to, event, channel } = entry.data
      const told = to === logRecipient ? `Wrote into ${to}` : `Told ${to} by ${channel}`
      return { text: `${told} that ${eventWords[event]}`, tone: 'quiet' }
    }
    case 'news.failed': {
      const { to, event, failures } = entry.data
      const why = Object.values(failures).join('; ') || 'nobody with a channel stands behind this name'
      return { text: `Could not tell ${to} that ${eventWords[event]}: ${why}`, tone: 'bad' }
    }
    case 'contact.test': {
      const { contact, channels } = entry.data
      const text = `${nameOf(entry.actor)} asked for a test of ${contact} by ${listed(channels)}`
      return { text, tone: 'plain' }
    }
    case 'contact.tested': {
      const { contact, channel, problem } = entry.data
      if (problem === undefined) return { text: `${channel} took the test for ${contact}`, tone: 'good' }
      return { text: `${channel} did not take the test for ${contact}${because(problem)}`, tone: 'bad' }
    }
    default:
      return entry satisfies never
  }
}

function sent(data: EntryOf<'page.sent'>['data']): Narration {
  const { level, to, latenessMs, channels, reached, nobody = [], failures = {}, rollUps = [] } = data
  const via =
    reached === undefined
      ? listed(channels)
      : listed(Object.entries(reached).map(([contact, channel]) => `${contact} by ${channel}`))
  const how = via === '' ? '' : reached === undefined ? ` by ${via}` : `: ${via}`
  const together = rollUps.length === 0 ? '' : ', in one message with others'
  const missing =
    nobody.length === 0 ? '' : `; nobody stands behind ${listed(nobody)}, the fallback was paged`
  const recorded = data.unrecordedFor === undefined ? '' : `; recorded afterwards, ${data.unrecordedFor}`
  return {
    text: `Paged ${listed(to)} (level ${level})${how}${together}, ${punctuality(latenessMs)}${missing}${recorded}`,
    tone: latenessMs > onTimeMs || nobody.length > 0 ? 'attention' : 'plain',
    detail: Object.entries(failures).map(([route, problem]) => `not ${route}: ${problem}`),
  }
}

const eventWords: Record<NewsEvent, string> = {
  opened: 'it was opened',
  severity: 'its severity changed',
  impact: 'its impact changed',
  acknowledged: 'somebody is on it',
  mitigated: 'a recovery is measured',
  'recovery-lost': 'the recovery did not last',
  resolved: 'it is over',
  update: 'it is still open',
  'needs-people': 'it needs people',
}

export function punctuality(latenessMs: number): string {
  return latenessMs > onTimeMs ? `${humaneDuration(latenessMs)} late` : 'on time'
}
