import { because, counted, type EntryOf, nameOf, type Narration, shortHash } from './narration.ts'

type Kind = 'runbook.in-force' | 'runbook.withdrawn' | 'runbook.held-back' | 'runbook.mended'

/** What became of the runbooks that new incidents are opened with. */
export function narrateRunbook(entry: EntryOf<Kind>): Narration {
  const who = nameOf(entry.actor)
  switch (entry.kind) {
    case 'runbook.in-force': {
      const { name, hash, before, file } = entry.data
      if (before === hash)
        return { text: `${who} sent runbook ${name} written otherwise, from ${file}`, tone: 'quiet' }
      const instead = before === undefined ? '' : ` instead of ${shortHash(before)}`
      return {
        text: `${who} put runbook ${name} in force, version ${shortHash(hash)}${instead}, from ${file}`,
        tone: 'plain',
      }
    }
    case 'runbook.withdrawn': {
      const { name, hash } = entry.data
      return {
        text: `${who} took runbook ${name} out of force, version ${shortHash(hash)}`,
        tone: 'attention',
      }
    }
    case 'runbook.held-back': {
      const { file, faults, keeps, because: reason } = entry.data
      const meanwhile = keeps === undefined ? '' : `; the last good version of ${keeps} stays in force`
      return {
        text: `Runbook file ${file} is held back for ${counted(faults, 'fault')}${meanwhile}${because(reason)}`,
        tone: 'bad',
      }
    }
    case 'runbook.mended':
      return { text: `Nothing is wrong with runbook file ${entry.data.file} any more`, tone: 'good' }
    default:
      return entry satisfies never
  }
}
