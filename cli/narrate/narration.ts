import { attemptOfId } from '../../contracts/incident.ts'
import type { Actor, TimelineEntry, TimelineKind } from '../../contracts/timeline.ts'
import type { Clock } from '../terminal/clock.ts'
import type { Tone } from '../terminal/paint.ts'

export interface Narration {
  /** One sentence on one line, uncoloured. */
  text: string
  tone: Tone
  /** Further lines for who wants to know more: examples, evidence, the paragraphs of a note. */
  detail?: string[]
  /** Entries with the same words here, one after the other, may be shown as one. */
  foldedAs?: string
}

export interface NarrationWords {
  clock: Clock
  /** The sentence stands under the heading of its step, whose name, action and target it need not repeat. */
  isUnderStep?: boolean
  /** What triage saw, by check: later measurements are told as a change of it. */
  before?: Record<string, Record<string, unknown>>
}

export type EntryOf<K extends TimelineKind> = Extract<TimelineEntry, { kind: K }>

/** `person:ana` is ana, `source:alertmanager` is alertmanager. */
export function nameOf(actor: Actor): string {
  return actor === 'paramedic' ? 'Paramedic' : actor.slice(actor.indexOf(':') + 1)
}

/** ` restart-api`, ` restart-api (attempt 2)`, or nothing under its own heading. */
export function ofStep(step: string, attempt: number, { isUnderStep = false }: NarrationWords): string {
  if (isUnderStep) return ''
  return ` ${step}${attempt > 1 ? ` (attempt ${attempt})` : ''}`
}

/** Keeps a name and its value on one line. */
export const unbroken = '\u00a0'

export function quotedStep(id: string, words: NarrationWords): string {
  const found = attemptOfId(id)
  return found === undefined ? ` ${id}` : ofStep(found.step, found.attempt, words)
}

/** `: because`, without doubling a full stop; nothing when there is nothing to say. */
export function because(reason: string | undefined): string {
  const trimmed = reason?.trim().replace(/[.:]+$/, '') ?? ''
  return trimmed === '' ? '' : `: ${trimmed}`
}

export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

export function shortHash(hash: string): string {
  return hash.slice(0, 12)
}

/** `role:on-call` is asked as on-call. */
export function askedOf(approvers: readonly string[]): string {
  return approvers.map(approver => approver.replace(/^role:/, '')).join(' or ')
}
