import type { Communication } from '../../contracts/communication.ts'
import { listed } from '../narrate/narration.ts'
import { momentOfRule } from '../runbook/words.ts'
import type { Point } from './chapter.ts'

export function whoIsTold(rules: readonly Communication[]): Point[] {
  const points = rules.map(told)
  if (points.length === 0) return []
  return [...points, { text: 'The stakeholders of the configuration are told as well; nobody is woken.' }]
}

function told(rule: Communication): Point {
  const text = Object.values(tellers)
    .flatMap(tell => tell(rule))
    .join(': ')
  const sentence = text.slice(0, 1).toUpperCase() + text.slice(1)
  return {
    ...(rule.when === undefined
      ? { text: `${sentence}.` }
      : { text: `${sentence}, if`, condition: rule.when }),
    ...(rule.say === undefined ? {} : { facts: [{ label: 'in these words', text: rule.say }] }),
  }
}

/** Every key of a rule, so that a new one cannot be left out by accident; in the order of telling. */
const tellers: { [K in keyof Required<Communication>]: (rule: Communication) => string[] } = {
  on: rule => [momentOfRule(rule)],
  // Said with the moment.
  everyMs: () => [],
  until: () => [],
  tell: ({ tell }) => [listed(tell)],
  // These stand below the sentence.
  when: () => [],
  say: () => [],
}
