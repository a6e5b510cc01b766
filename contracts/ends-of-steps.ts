/** How the steps of a routine ended, counted; what the end of a routine says when nothing proves the whole of it. */

/** In the order in which they are said. */
const endsOfSteps = ['taken', 'not-needed', 'observed', 'not-done'] as const
export type EndOfStep = (typeof endsOfSteps)[number]

const endsInWords: Record<EndOfStep, string> = {
  taken: 'taken',
  'not-needed': 'not needed',
  observed: 'left alone, as its target is in observe',
  'not-done': 'not done',
}

/** `every step was taken`, `2 steps were taken, 1 was not needed`. */
export function whatWasTaken(steps: Partial<Record<EndOfStep, number>> = {}): string {
  const ends = endsOfSteps.filter(end => steps[end] !== undefined)
  if (ends.every(end => end === 'taken')) return 'every step was taken'
  return ends
    .map((end, nth) => {
      const count = steps[end]!
      const what = nth > 0 ? '' : count === 1 ? ' step' : ' steps'
      return `${count}${what} ${count === 1 ? 'was' : 'were'} ${endsInWords[end]}`
    })
    .join(', ')
}

const counts = new RegExp(`^\\d+ steps? (?:was|were) (?:${Object.values(endsInWords).join('|')})`)

/** True of the reason that a routine without a `verify` closes with: its steps are behind it, and nothing measured the whole. */
export function isWhatWasTaken(because: string): boolean {
  return because === whatWasTaken() || counts.test(because)
}
