import { type Attempt, attemptOfId } from './incident.ts'
import type { TimelineEntry } from './timeline.ts'

/** The attempt of a step that an entry belongs to; undefined of everything else, the last verification of all among it. */
export function attemptOfEntry(entry: TimelineEntry): Attempt | undefined {
  switch (entry.kind) {
    case 'step.planned':
    case 'step.waits':
    case 'undo.registered':
    case 'step.ended':
    case 'freeze.met':
    case 'claim.made':
    case 'claim.abandoned':
    case 'effect.ended':
    case 'effect.probed':
      return { step: entry.data.step, attempt: entry.data.attempt }
    case 'gate.opened':
    case 'gate.voted':
    case 'gate.decided':
    case 'gate.expired':
    case 'gate.withdrawn':
      return attemptOfId(entry.data.gateId)
    case 'verification.ended':
      return entry.data.of.startsWith('overall/') ? undefined : attemptOfId(entry.data.of)
    default:
      return undefined
  }
}
