import { because, type EntryOf, type Narration, type NarrationWords } from './narration.ts'

/** Later than this after its start, an alert's own start is worth saying. */
const noteworthyDelayMs = 60_000

export function narrateAlert(
  entry: EntryOf<'alert.firing' | 'alert.resolved'>,
  { clock }: NarrationWords,
): Narration {
  switch (entry.kind) {
    case 'alert.firing': {
      const { name, summary, severity, startsAt } = entry.data
      const startedMs = startsAt === undefined ? entry.atMs : Date.parse(startsAt)
      const since =
        entry.atMs - startedMs > noteworthyDelayMs ? `since ${clock.near(startedMs, entry.atMs)}` : undefined
      const facts = [severity, since].filter(fact => fact !== undefined)
      const aside = facts.length === 0 ? '' : ` (${facts.join(', ')})`
      return { text: `${name} fires${aside}${because(summary)}`, tone: 'bad', foldedAs: `fires ${name}` }
    }
    case 'alert.resolved':
      return {
        text: `${entry.data.name} does not fire any more${because(entry.data.because)}`,
        tone: 'good',
        foldedAs: `resolved ${entry.data.name}`,
      }
    default:
      return entry satisfies never
  }
}
