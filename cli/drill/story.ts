/** What a reader of a drill needs to know to see why the next thing happened, each in a few words. */
import { attemptOfId, kindOfGate } from '../../contracts/incident.ts'
import type { Happened } from '../../drills/happened.ts'
import { nameOf } from '../narrate/narration.ts'
import { oneLine } from '../terminal/plain-text.ts'

/** Undefined of what is looked at by itself, or explains nothing. */
export function storyOf(entry: Happened['timeline'][number]): string | undefined {
  const told = wordsFor(entry)
  return told === undefined ? undefined : oneLine(told)
}

function wordsFor(entry: Happened['timeline'][number]): string | undefined {
  const who = nameOf(entry.actor)
  switch (entry.kind) {
    case 'alert.firing':
      return `${entry.data.name} fires`
    case 'alert.resolved':
      return `${entry.data.name} resolves`
    case 'acknowledged':
      return `${who} acknowledges`
    case 'freeze.on':
      return `${who} freezes`
    case 'freeze.off':
      return `${who} lifts the freeze`
    case 'freeze.met':
      return `${entry.data.step} waits for the freeze to end`
    case 'resolve.requested':
      return `${who} resolves the incident`
    case 'cancel.requested':
      return `${who} cancels the incident`
    case 'ladder.exhausted':
      return 'no step is left'
    case 'recovery.held':
      return 'the recovery is held'
    case 'recovery.lost':
      return `the recovery is lost: ${entry.data.because}`
    case 'step.ended':
      return `${entry.data.step} ended as ${entry.data.result}`
    case 'verification.ended':
      return `${proofOf(entry.data.of)}: ${entry.data.verdict}`
    default:
      return gateWords(entry, who)
  }
}

function proofOf(of: string): string {
  const name = of.slice(0, of.lastIndexOf('/'))
  return name === 'overall' ? 'proof of the whole' : `proof of ${name}`
}

function gateWords(entry: Happened['timeline'][number], who: string): string | undefined {
  switch (entry.kind) {
    case 'gate.opened':
      return {
        approval: `${stepOf(entry.data)} waits for an approval`,
        manual: `${stepOf(entry.data)} waits for a person to do it`,
        outcome: `${stepOf(entry.data)} waits for somebody who knows what became of it`,
      }[entry.data.gate]
    case 'gate.decided': {
      const { answer, state } = entry.data
      if (answer === undefined)
        return `${who} ${state === 'approved' ? 'approves' : 'denies'} ${stepOf(entry.data)}`
      return `${who} says that ${stepOf(entry.data)} is ${answer === 'done' ? 'done' : 'not done'}`
    }
    case 'gate.expired':
      return kindOfGate(entry.data.gateId) === 'manual'
        ? `nobody has done ${stepOf(entry.data)} in time`
        : `nobody decided about ${stepOf(entry.data)} in time`
    case 'gate.withdrawn':
      return `nobody has to decide about ${stepOf(entry.data)} any more`
    default:
      return undefined
  }
}

function stepOf({ gateId }: { gateId: string }): string {
  return attemptOfId(gateId)?.step ?? gateId
}
