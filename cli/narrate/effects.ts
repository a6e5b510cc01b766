import type { Tone } from '../terminal/paint.ts'
import { because, type EntryOf, type Narration, type NarrationWords, ofStep } from './narration.ts'
import { valueInWords } from './values.ts'

type Kind = 'claim.made' | 'claim.abandoned' | 'effect.ended' | 'effect.probed'

export function narrateClaim(entry: EntryOf<Kind>, words: NarrationWords): Narration {
  const step = ofStep(entry.data.step, entry.data.attempt, words)
  switch (entry.kind) {
    case 'claim.made': {
      const { action, target, deadline } = entry.data
      const until = words.clock.near(Date.parse(deadline), entry.atMs)
      const what = step === '' ? '' : `${step}: ${action} on ${target}`
      return { text: `Started${what}, to end before ${until}`, tone: 'plain' }
    }
    case 'claim.abandoned':
      return {
        text: `Gave up${step} before it touched anything${because(entry.data.because)}`,
        tone: 'attention',
      }
    case 'effect.ended':
      return effect(entry.data, step)
    case 'effect.probed': {
      const { answer, evidence } = entry.data
      return {
        text: `Looked whether${step === '' ? ' it' : step} happened: ${answers[answer]}`,
        tone: 'plain',
        detail: evidenceLines(evidence),
      }
    }
    default:
      return entry satisfies never
  }
}

function effect(data: EntryOf<'effect.ended'>['data'], step: string): Narration {
  const { action, target, outcome, touched, unit, evidence, error } = data
  const amount = touched === undefined ? '' : `, ${touched} ${unit ?? 'things'}`
  const what = step === '' ? '' : `${step}: ${action} on ${target}`
  const text = {
    succeeded: `Done${what}${amount}`,
    failed: `Failed${what}${amount}${because(error)}`,
    unknown: `Nobody knows yet whether${step === '' ? ' it' : step} happened on ${target}${amount}${because(error)}`,
  }[outcome]
  return { text, tone: tones[outcome], detail: evidenceLines(evidence) }
}

const tones: Record<'succeeded' | 'failed' | 'unknown', Tone> = {
  succeeded: 'good',
  failed: 'bad',
  unknown: 'bad',
}

const answers = {
  done: 'it did',
  'not-done': 'it did not',
  'cannot-tell': 'nobody can tell',
} as const

/** Empty lists are left out: that nothing went wrong is said by the sentence. */
function evidenceLines(evidence: Record<string, unknown> = {}): string[] {
  const said = Object.entries(evidence).filter(([, value]) => !(Array.isArray(value) && value.length === 0))
  return said.length === 0
    ? []
    : [said.map(([name, value]) => `${nameInWords(name)} ${valueInWords(value)}`).join(' · ')]
}

/** `howStopped` is how stopped. */
function nameInWords(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
