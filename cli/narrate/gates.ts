import { kindOfGate } from '../../contracts/incident.ts'
import {
  askedOf,
  because,
  type EntryOf,
  nameOf,
  type Narration,
  type NarrationWords,
  quotedStep,
} from './narration.ts'

type Kind = 'gate.opened' | 'gate.voted' | 'gate.decided' | 'gate.expired' | 'gate.withdrawn'

export function narrateGate(entry: EntryOf<Kind>, words: NarrationWords): Narration {
  const step = quotedStep(entry.data.gateId, words)
  const it = step === '' ? ' it' : step
  switch (entry.kind) {
    case 'gate.opened':
      return opened(entry, words)
    case 'gate.voted': {
      const { verdict, votes, quorum, reason } = entry.data
      const said =
        verdict === 'approve' ? `approved${it}${quorum > 1 ? ` (${votes} of ${quorum})` : ''}` : `denied${it}`
      return {
        text: `${nameOf(entry.actor)} ${said}${because(reason)}`,
        tone: verdict === 'approve' ? 'good' : 'attention',
      }
    }
    case 'gate.decided':
      return decided(entry, it)
    case 'gate.expired':
      return kindOfGate(entry.data.gateId) === 'manual'
        ? { text: `Nobody ticked${it} in time; it is asked for no more`, tone: 'attention' }
        : { text: `Nobody decided about${it} in time; the question expired`, tone: 'attention' }
    case 'gate.withdrawn':
      return { text: `The question about${it} was withdrawn${because(entry.data.because)}`, tone: 'quiet' }
    default:
      return entry satisfies never
  }
}

function opened({ atMs, data }: EntryOf<'gate.opened'>, words: NarrationWords): Narration {
  const { gateId, gate, approvers, quorum, expiresAt, question } = data
  const step = quotedStep(gateId, words)
  const who = askedOf(approvers)
  const until = expiresAt === undefined ? '' : ` until ${words.clock.near(Date.parse(expiresAt), atMs)}`
  if (gate === 'manual')
    return {
      text: `A person has to do${step === '' ? ' this' : step}, asked of ${who}${until}: ${question}`,
      tone: 'attention',
    }
  if (gate === 'outcome') return { text: `Asks ${who}${until}${because(question)}`, tone: 'attention' }
  const approvals = quorum > 1 ? `${quorum} approvals` : 'approval'
  // Under its step's heading the plan was told a line before.
  const what = step === '' ? '' : ` of${step}`
  const why = step === '' ? '' : because(question)
  return { text: `Asks for ${approvals}${what} by ${who}${until}${why}`, tone: 'attention' }
}

function decided({ actor, data }: EntryOf<'gate.decided'>, it: string): Narration {
  const who = nameOf(actor)
  if (data.answer !== undefined && kindOfGate(data.gateId) === 'manual') {
    const isDone = data.answer === 'done'
    const text = `${who} ${isDone ? 'ticked' : 'did not do'}${it}${because(data.reason)}`
    return { text, tone: isDone ? 'good' : 'bad' }
  }
  if (data.answer !== undefined) {
    const said = data.answer === 'done' ? 'was done' : 'was not done'
    return { text: `${who} says that${it} ${said}${because(data.reason)}`, tone: 'plain' }
  }
  const isApproved = data.state === 'approved'
  return {
    text: `${who} ${isApproved ? 'approved' : 'denied'}${it}${because(data.reason)}`,
    tone: isApproved ? 'good' : 'attention',
  }
}
