import { durationInWords } from '../../contracts/duration-words.ts'
import type { StepResult } from '../../contracts/incident.ts'
import type { Tone } from '../terminal/paint.ts'
import { because, type EntryOf, type Narration, type NarrationWords, ofStep, shortHash } from './narration.ts'
import { parametersInWords } from './values.ts'

type Kind = 'step.planned' | 'step.waits' | 'step.ended' | 'freeze.met'

export function narrateStep(entry: EntryOf<Kind>, words: NarrationWords): Narration {
  switch (entry.kind) {
    case 'step.planned':
      return planned(entry.data, words)
    case 'step.waits': {
      const { step, attempt, until, because: reason } = entry.data
      const wait = durationInWords(Date.parse(until) - entry.atMs)
      const whose = ofStep(step, attempt, words).trim()
      return { text: `${whose === '' ? 'Waits' : `${whose} waits`} ${wait}${because(reason)}`, tone: 'plain' }
    }
    case 'step.ended': {
      const { step, attempt, result, because: reason } = entry.data
      // A tick has no other reason than itself.
      const why = result === 'ticked' ? '' : because(reason)
      const text = `Step${ofStep(step, attempt, words)} ${resultWords[result]}${why}`
      return { text, tone: resultTones[result] }
    }
    case 'freeze.met': {
      const { step, attempt } = entry.data
      return { text: `Did not start${ofStep(step, attempt, words)}: a freeze is on`, tone: 'attention' }
    }
    default:
      return entry satisfies never
  }
}

function planned(data: EntryOf<'step.planned'>['data'], words: NarrationWords): Narration {
  const { action, risk, planHash, preview, parameters } = data
  const summary = preview.summary.trim().replace(/\.$/, '')
  const described = parametersInWords(action, parameters)
  return {
    text: `Planned${ofStep(data.step, data.attempt, words)}: ${summary} (${risk}, plan ${shortHash(planHash)})`,
    tone: 'plain',
    detail: [
      ...(described === '' ? [] : [`with ${described}`]),
      ...(preview.examples.length === 0 ? [] : [`for example ${preview.examples.join(', ')}`]),
    ],
  }
}

export const resultWords: Record<StepResult, string> = {
  succeeded: 'succeeded',
  ticked: 'was done by a person',
  skipped: 'was skipped',
  denied: 'was denied',
  expired: 'expired',
  failed: 'failed',
  unknown: 'ended unknown',
  voided: 'was voided',
  withdrawn: 'was withdrawn',
}

export const resultTones: Record<StepResult, Tone> = {
  succeeded: 'good',
  ticked: 'good',
  skipped: 'quiet',
  denied: 'attention',
  expired: 'attention',
  failed: 'bad',
  unknown: 'bad',
  voided: 'attention',
  withdrawn: 'quiet',
}
