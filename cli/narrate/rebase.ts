import { meaningOf } from './incidents.ts'
import { because, counted, type EntryOf, listed, nameOf, type Narration, shortHash } from './narration.ts'

type Kind = 'runbook.rebased' | 'rebase.taken' | 'levels.covered'

export function narrateRebase(entry: EntryOf<Kind>): Narration {
  switch (entry.kind) {
    case 'runbook.rebased': {
      const { runbook, from, to, reason } = entry.data
      return {
        text: `${nameOf(entry.actor)} moved it to version ${shortHash(to)} of ${runbook} (before: ${shortHash(from)})${because(reason)}${meaningOf(entry.data).means}`,
        tone: 'attention',
      }
    }
    case 'rebase.taken': {
      const { runbookHash, nextStep, measured } = entry.data
      const goesOn =
        nextStep === null
          ? 'no step of it is left, and whether it is well is proved by it'
          : `it goes on with ${nextStep}`
      const anew = measured.length === 0 ? '' : `, after measuring ${listed(measured)}`
      return { text: `Version ${shortHash(runbookHash)} is taken: ${goesOn}${anew}`, tone: 'plain' }
    }
    case 'levels.covered': {
      const covered = counted(entry.data.pageIds.length, 'level')
      return { text: `No page for ${covered} of that version: everybody was called before`, tone: 'quiet' }
    }
    default:
      return entry satisfies never
  }
}
