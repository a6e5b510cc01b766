import type { Verdict } from '../../contracts/incident.ts'
import type { Tone } from '../terminal/paint.ts'
import {
  because,
  counted,
  type EntryOf,
  type Narration,
  type NarrationWords,
  quotedStep,
} from './narration.ts'
import { inDefinedOrder, measuredInWords, valuesInWords } from './values.ts'

type Kind = 'check.measured' | 'triage.assessed' | 'recheck.failed' | 'verification.ended'

export function narrateMeasurement(entry: EntryOf<Kind>, words: NarrationWords): Narration {
  switch (entry.kind) {
    case 'check.measured': {
      const { check, uses, target, isMember, values, error } = entry.data
      const foldedAs = isMember === true ? `measured ${check} on ${target}` : `measured ${check}`
      if (error !== undefined)
        return {
          text: `Could not measure ${check} on ${target}${because(error)}`,
          tone: 'attention',
          foldedAs,
        }
      return {
        text: `Measured ${check} on ${target}: ${valuesInWords(inDefinedOrder(uses, values))}`,
        tone: 'plain',
        foldedAs,
      }
    }
    case 'triage.assessed': {
      const { severity, label, impact, because: reason } = entry.data
      const shown = label === undefined ? severity : `${severity} (${label})`
      return { text: `Assessed as ${shown}; customers affected: ${impact} (${reason})`, tone: 'plain' }
    }
    case 'recheck.failed':
      return {
        text: `Could not look whether it has become worse${because(entry.data.because)}; it is tried again later`,
        tone: 'attention',
      }
    case 'verification.ended':
      return verification(entry.data, words)
    default:
      return entry satisfies never
  }
}

function verification(data: EntryOf<'verification.ended'>['data'], words: NarrationWords): Narration {
  const { of, verdict, samples, measured, because: reason } = data
  const after = of.startsWith('overall') ? ' as a whole' : afterStep(quotedStep(of, words))
  return {
    text: `${verdictWords[verdict]}${after}${because(reason)} (${counted(samples, 'measurement')})`,
    tone: verdictTones[verdict],
    detail: measuredInWords(measured, words.before),
  }
}

function afterStep(step: string): string {
  return step === '' ? '' : ` after${step}`
}

const verdictWords: Record<Verdict, string> = {
  recovered: 'Recovered',
  not_recovered: 'Not recovered',
  no_data: 'Not proved, which counts as not recovered',
}

const verdictTones: Record<Verdict, Tone> = { recovered: 'good', not_recovered: 'bad', no_data: 'bad' }
