import type { UndoEnd } from '../../contracts/incident.ts'
import type { Tone } from '../terminal/paint.ts'
import { because, type EntryOf, type Narration, type NarrationWords, ofStep } from './narration.ts'
import { parametersInWords } from './values.ts'

export function narrateUndo(
  entry: EntryOf<'undo.registered' | 'undo.ended'>,
  words: NarrationWords,
): Narration {
  if (entry.kind === 'undo.registered') return registered(entry.data, words)
  const { step, is, because: reason } = entry.data
  return { text: `${sentences[is](step)}${because(reason)}`, tone: tones[is] }
}

function registered(data: EntryOf<'undo.registered'>['data'], words: NarrationWords): Narration {
  const { step, attempt, action, target, temporary, parameters } = data
  const whose = ofStep(step, attempt, words).trim()
  const when = temporary ? 'when the incident is over' : 'if it fails'
  const given = parametersInWords(action, parameters)
  return {
    text: `${whose === '' ? 'Is' : `${whose} is`} to be taken back ${when}: by ${action} on ${target}`,
    tone: 'plain',
    detail: given === '' ? [] : [`with ${given}`],
  }
}

const sentences: Record<UndoEnd, (step: string) => string> = {
  undone: step => `Took back ${step}`,
  'not-needed': step => `Nothing to take back of ${step}`,
  'in-place': step => `Left ${step} in place`,
}

const tones: Record<UndoEnd, Tone> = { undone: 'good', 'not-needed': 'quiet', 'in-place': 'bad' }
