import { type Impact, isMoreSevere } from '../../contracts/incident.ts'
import { plainText } from '../terminal/plain-text.ts'
import type { Tone } from '../terminal/paint.ts'
import { because, counted, type EntryOf, listed, nameOf, type Narration } from './narration.ts'

type Kind =
  | 'severity.changed'
  | 'impact.changed'
  | 'acknowledged'
  | 'note'
  | 'resolve.requested'
  | 'cancel.requested'
  | 'freeze.on'
  | 'freeze.off'

export function narratePerson(entry: EntryOf<Kind>): Narration {
  const who = nameOf(entry.actor)
  switch (entry.kind) {
    case 'severity.changed': {
      const { from, to, because: reason } = entry.data
      const verb = isMoreSevere(to, from) ? 'raised' : from === to ? 'confirmed' : 'lowered'
      const change = from === to ? to : `from ${from} to ${to}`
      return {
        text: `${who} ${verb} the severity ${change}${because(reason)}`,
        tone: verb === 'raised' ? 'bad' : 'plain',
      }
    }
    case 'impact.changed': {
      const { from, to, because: reason } = entry.data
      const said = entry.actor === 'paramedic' ? 'Measured that' : `${who} says that`
      return { text: `${said} ${impactWords[to]} (before: ${from})${because(reason)}`, tone: 'plain' }
    }
    case 'acknowledged': {
      const again = entry.data.epoch > 0 ? ' again, after a newer alert' : ''
      return {
        text: `${who} acknowledged${again}, knowing of ${counted(entry.data.alertsCovered, 'firing alert')}`,
        tone: 'good',
      }
    }
    case 'note':
      return note(who, entry.data.text)
    case 'resolve.requested': {
      const { alertsFiring, reason, unticked } = entry.data
      const against = alertsFiring > 0 ? ` while ${counted(alertsFiring, 'alert')} fired` : ''
      const text = `${who} ended the incident as resolved${against}${notTicked(unticked)}${because(reason)}`
      return { text, tone: toneOfEnd(unticked) }
    }
    case 'cancel.requested':
      return {
        text: `${who} cancelled the incident${notTicked(entry.data.unticked)}${because(entry.data.reason)}`,
        tone: toneOfEnd(entry.data.unticked),
      }
    case 'freeze.on':
      return { text: `${who} froze all changes${because(entry.data.reason)}`, tone: 'attention' }
    case 'freeze.off':
      return { text: `${who} lifted the freeze${because(entry.data.reason)}`, tone: 'plain' }
    default:
      return entry satisfies never
  }
}

function notTicked(steps: readonly string[] = []): string {
  return steps.length === 0 ? '' : `, with ${listed(steps)} not ticked`
}

function toneOfEnd(unticked: readonly string[] = []): Tone {
  return unticked.length === 0 ? 'plain' : 'attention'
}

const impactWords: Record<Impact, string> = {
  yes: 'customers are affected',
  no: 'customers are not affected',
  unknown: 'nobody knows whether customers are affected',
}

/** One paragraph is a sentence; more are kept as they were written. */
function note(who: string, text: string): Narration {
  const lines = plainText(text)
    .split('\n')
    .filter(line => line.trim() !== '')
  if (lines.length <= 1) return { text: `${who} noted: ${lines[0] ?? ''}`, tone: 'plain' }
  return { text: `${who} noted:`, tone: 'plain', detail: lines }
}
