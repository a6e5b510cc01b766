/** From a place in a drill as contracts/drill.ts has it to where that was written: in the drill itself, or in what holds in all drills. */
import { isCrashAround } from './normalise-drill.ts'
import type { Path } from './fault.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

/** The path in the written tree; of what is written nowhere, a default for one, that of the nearest thing around it. */
export function writtenPath(tree: unknown, drill: string, path: Path): Path {
  const own: Path = ['drills', drill]
  const [section, ...rest] = path
  if (section === 'given') return ofGiven(tree, own, rest)
  if (section === 'events' || section === 'crashes') return ofEvents(tree, own, section, rest)
  if (section === 'expect') return ofExpectation(tree, own, rest)
  if (section === 'runbook') return ['runbook']
  return section === undefined ? own : deepest(tree, [...own, ...path])
}

/** Lists of names are one thing, like a text; the others are merged name by name. */
function ofGiven(tree: unknown, own: Path, [key, ...inside]: Path): Path {
  const named = key === 'alert' ? 2 : key === undefined ? 0 : 1
  const asked = [...(key === undefined ? [] : [writtenKey(key)]), ...inside]
  const merged = asked.slice(0, 1 + Math.min(named, inside.length))
  const place = [[...own, 'given'], ['given']].find(base => valueAt(tree, [...base, ...merged]) !== undefined)
  return deepest(tree, [...(place ?? [...own, 'given']), ...asked.map(writtenKey)])
}

function ofEvents(tree: unknown, own: Path, section: 'events' | 'crashes', [index, ...inside]: Path): Path {
  const base = [...own, 'events']
  const places = listAt(tree, base).flatMap((event, at) => {
    const isCrash = isCrashAround(Object.fromEntries(entriesOf(event)))
    return isCrash === (section === 'crashes') ? [at] : []
  })
  const at = typeof index === 'number' ? places[index] : undefined
  return deepest(tree, at === undefined ? base : [...base, at, ...inside.map(writtenKey)])
}

function ofExpectation(tree: unknown, own: Path, [key, ...inside]: Path): Path {
  const [ofDrill, ofAll] = [[...own, 'expect'], ['expect']] as const
  if (key === undefined) return deepest(tree, ofDrill)
  const written = writtenKey(key)
  if (written === 'never') return ofNever(tree, ofDrill, ofAll, inside)
  const isShared =
    valueAt(tree, [...ofDrill, written]) === undefined && valueAt(tree, [...ofAll, written]) !== undefined
  return deepest(tree, [...(isShared ? ofAll : ofDrill), written, ...inside.map(writtenKey)])
}

/** Those of the drill come first. */
function ofNever(tree: unknown, ofDrill: Path, ofAll: Path, [index, ...inside]: Path): Path {
  const count = listAt(tree, [...ofDrill, 'never']).length
  if (typeof index !== 'number') return deepest(tree, [...ofDrill, 'never'])
  const place = index < count ? [...ofDrill, 'never', index] : [...ofAll, 'never', index - count]
  return deepest(tree, [...place, ...inside])
}

/** As far as it was written. */
function deepest(tree: unknown, path: Path): Path {
  const ends = path.findIndex((_, index) => valueAt(tree, path.slice(0, index + 1)) === undefined)
  return ends === -1 ? path : path.slice(0, ends)
}

const otherKeys: Readonly<Record<string, string>> = {
  atMs: 'at',
  afterMs: 'wait',
  afterEffectOf: 'after',
  takesMs: 'takes',
  wouldTouch: 'would_touch',
  isReplaced: 'is_replaced',
  cannotPlan: 'cannot_plan',
  closedAtMs: 'closed',
  dueMs: 'due',
  kind: 'entry',
}

function writtenKey(key: string | number): string | number {
  return typeof key === 'number' ? key : (otherKeys[key] ?? key)
}
