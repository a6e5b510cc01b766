import type { EscalationLevel, Runbook } from '../../contracts/runbook.ts'
import { listed } from '../narrate/narration.ts'
import {
  lastingInWords,
  officeHoursInWords,
  onlyInWords,
  timeOfLevel,
  unlessInWords,
} from '../runbook/words.ts'
import type { Point } from './chapter.ts'

export function whoIsCalled({
  escalate,
  officeHours,
  schedule,
}: Pick<Runbook, 'escalate' | 'officeHours' | 'schedule'>): Point[] {
  const hours =
    officeHours === undefined ? [] : [{ text: `Office hours are ${officeHoursInWords(officeHours)}.` }]
  return [
    ...escalate.map(told),
    ...hours,
    ...(schedule === undefined ? restarts(escalate) : ofRoutine(escalate)),
  ]
}

function told(level: EscalationLevel): Point {
  const parts = Object.values(tellers).flatMap(tell => tell(level))
  const text = sentence(parts.join(', '))
  if (level.when === undefined) return { text: `${text}.` }
  return { text: `${text}, if${lastingInWords(level)}`, condition: level.when }
}

/** Every key of a level, so that a new one cannot be left out by accident; in the order of telling. */
const tellers: { [K in keyof Required<EscalationLevel>]: (level: EscalationLevel) => string[] } = {
  afterMs: level => [`${timeOfLevel(level)}: ${listed(level.page)}`],
  // Said with its time.
  page: () => [],
  unless: ({ unless }) => (unless === undefined ? [] : [unlessInWords[unless]]),
  only: ({ only }) => {
    const hours = onlyInWords(only)
    return hours === undefined ? [] : [`${hours}, or as soon as they have come`]
  },
  severity: ({ severity }) =>
    severity === undefined ? [] : [`and the incident becomes at least ${severity}`],
  // They end the sentence.
  when: () => [],
  forMs: () => [],
}

function restarts(levels: readonly EscalationLevel[]): Point[] {
  const isStopped = levels.some(({ unless, afterMs }) => unless === 'acknowledged' && afterMs > 0)
  const text =
    'Times count from the opening; where an acknowledgement stops the call, from the newest alert that needs one.'
  return isStopped ? [{ text }] : []
}

function ofRoutine(levels: readonly EscalationLevel[]): Point[] {
  return levels.length === 0 ? [] : [{ text: 'Times count from the first thing that needs people.' }]
}

export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
