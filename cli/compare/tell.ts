import { counted } from '../narrate/narration.ts'
import { hanging, section, type Page } from '../story/view.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { type Area, areas, type Change, type Effect } from './change.ts'

/** What loosens safety first and marked, then what tightens it, then the rest by what it is about. */
export function tellChanges(changes: readonly Change[], page: Page): string[] {
  const of = (effect: Effect): Change[] => changes.filter(change => change.effect === effect)
  const tell = (found: readonly Change[]): string[] => found.flatMap(change => tellChange(change, page))
  const others = (Object.keys(areas) as Area[]).flatMap(area =>
    section(areas[area], tell(of('changes').filter(change => change.area === area)), page),
  )
  return [
    ...section('Loosens safety', tell(of('loosens')), page),
    ...section('Tightens safety', tell(of('tightens')), page),
    ...others,
    '',
    verdict(changes, page),
  ]
}

const marks: Record<Effect, string> = { loosens: '!', tightens: '+', changes: '·' }
const tones: Record<Effect, Tone> = { loosens: 'bad', tightens: 'good', changes: 'plain' }

function tellChange({ effect, text, before, after }: Change, page: Page): string[] {
  return [
    ...hanging(`  ${page.paint[tones[effect]](marks[effect])} `, 4, oneLine(text), tones[effect], page),
    ...(before === undefined ? [] : hanging('      before  ', 14, oneLine(before), 'quiet', page)),
    ...(after === undefined ? [] : hanging('      after   ', 14, oneLine(after), 'plain', page)),
  ]
}

function verdict(changes: readonly Change[], { paint }: Page): string {
  if (changes.length === 0)
    return paint.good('Nothing that matters changed: only comments, the order of keys, or how it is written.')
  const loosening = changes.filter(({ effect }) => effect === 'loosens').length
  if (loosening === 0) return `${counted(changes.length, 'change')}, none of which is known to loosen safety.`
  return paint.bad(
    `${counted(changes.length, 'change')}; ${loosening} of them ${loosening === 1 ? 'loosens' : 'loosen'} safety.`,
  )
}
