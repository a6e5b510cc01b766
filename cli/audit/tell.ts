import type { ChainFault } from '../../proof/chain.ts'
import type { RowFault } from '../../proof/row-fault.ts'
import type { Verified } from '../../proof/verify-log.ts'
import { counted } from '../narrate/narration.ts'
import { command, hanging, type View } from '../story/view.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'

/** What was checked decides what may be said. */
export type Scope = { incident: string } | { from: number } | { file: string } | 'everything'

/** A broken log can break everywhere; more than this is read in the JSON. */
const shown = 50

/** Expects faults whose texts are clean. */
export function tellVerified(verified: Verified, scope: Scope, view: View): string[] {
  const { chainFaults, rowFaults, head } = verified
  const faults = [
    ...chainFaults.map(fault => say('✗', chainFault(fault), 'bad', view)),
    ...rowFaults.map(fault => say('✗', rowFault(fault), 'bad', view)),
  ]
  const total = chainFaults.length + rowFaults.length
  const more =
    faults.length > shown
      ? say('·', `${faults.length - shown} more; --json has them all.`, 'attention', view)
      : []
  const result =
    total === 0
      ? view.paint.good('Nothing is wrong.')
      : view.paint.bad(
          `${counted(total, 'thing does', 'things do')} not fit; the record was changed after it was written.`,
        )
  return [
    ...faults.slice(0, shown).flat(),
    ...more,
    ...what(verified, scope, view),
    ...note(scope, head, view),
    '',
    result,
  ]
}

function what({ entries, incidents, head }: Verified, scope: Scope, view: View): string[] {
  if (scope === 'everything') {
    const text = `Checked ${counted(entries, 'entry', 'entries')} to number ${head.seq}, and the rows and histories of ${counted(incidents, 'incident')}.`
    return say('·', text, 'plain', view)
  }
  if ('incident' in scope) {
    const text = `Checked ${counted(entries, 'entry', 'entries')} of ${scope.incident} each by itself, and its rows; not that none is missing between them.`
    return say('·', text, 'plain', view)
  }
  if ('from' in scope) {
    const text = `Checked ${counted(entries, 'entry', 'entries')} from ${scope.from} on; what came before is taken as it is, and no rows were looked at.`
    return say('·', text, 'plain', view)
  }
  const text = `Checked ${counted(entries, 'entry', 'entries')} in ${scope.file}; whether there were later ones, only a checkpoint can say.`
  return say('·', text, 'plain', view)
}

/** Whoever rewrites the whole log leaves no broken link; a number and hash kept elsewhere finds that out. */
function note(scope: Scope, { seq, hash }: Verified['head'], view: View): string[] {
  if (seq === 0 || (scope !== 'everything' && 'incident' in scope)) return []
  const text = 'Keep this line somewhere else; next time it finds out whether the log was written anew:'
  return [...say('·', text, 'plain', view), command(`audit verify --checkpoint ${seq}:${hash}`, view)]
}

function chainFault({ seq, through, incident, kind, says }: ChainFault): string {
  const name = seq === through ? `Entry ${seq}` : `Entries ${seq} to ${through}`
  const about = [kind, incident].filter(part => part !== null).join(' of ')
  return `${name}${about === '' ? '' : ` (${oneLine(about)})`}: ${says}.`
}

function rowFault({ incident, row, seq, says }: RowFault): string {
  const of = incident === '' || row.includes(incident) ? '' : ` of ${incident}`
  return oneLine(`Row ${row}${of}: ${says}${seq === null ? '' : ` (entry ${seq})`}.`)
}

function say(mark: string, text: string, tone: Tone, view: View): string[] {
  return hanging(`  ${view.paint[tone](mark)} `, 4, text, tone, view)
}
