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

/** Merged name by name, and each of these is written in one place. */
function ofGiven(tree: unknown, own: Path, [key, ...inside]: Path): Path {
  if (key === undefined) return deepest(tree, [...own, 'given'])
  const merged = [key, ...inside.slice(0, key === 'alert' ? 2 : 1)]
  const place = nearestPlace(tree, [[...own, 'given'], ['given']], merged)
  const named = [...place, ...merged]
  const rest = inside.slice(merged.length - 1)
  return deepest(tree, [
    ...named,
    ...(Array.isArray(valueAt(tree, named)) ? rest : asShort(rest)).flatMap(written),
  ])
}

/** Where the most of it is written; of two that have as much, the first. */
function nearestPlace(tree: unknown, places: readonly [Path, Path], path: Path): Path {
  for (let length = path.length; length > 0; length--) {
    const found = places.find(place => valueAt(tree, [...place, ...path.slice(0, length)]) !== undefined)
    if (found !== undefined) return found
  }
  return places[0]
}

/** One attempt stands for a list of one, and fields for a change from the beginning. */
function asShort(path: Path): Path {
  const [index, ...inside] = path
  if (typeof index !== 'number') return path
  return inside[0] === 'is' ? inside.slice(1) : inside
}

function ofEvents(tree: unknown, own: Path, section: 'events' | 'crashes', [index, ...inside]: Path): Path {
  const base = [...own, 'events']
  const places = listAt(tree, base).flatMap((event, at) => {
    const isCrash = isCrashAround(Object.fromEntries(entriesOf(event)))
    return isCrash === (section === 'crashes') ? [at] : []
  })
  const at = typeof index === 'number' ? places[index] : undefined
  return deepest(tree, at === undefined ? base : [...base, at, ...inside.flatMap(written)])
}

function ofExpectation(tree: unknown, own: Path, [key, ...inside]: Path): Path {
  const [ofDrill, ofAll] = [[...own, 'expect'], ['expect']] as const
  if (key === undefined) return deepest(tree, ofDrill)
  const top = written(key)
  if (key === 'never') return ofNever(tree, ofDrill, ofAll, inside)
  const isShared =
    valueAt(tree, [...ofDrill, ...top]) === undefined && valueAt(tree, [...ofAll, ...top]) !== undefined
  return deepest(tree, [...(isShared ? ofAll : ofDrill), ...top, ...inside.flatMap(written)])
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

/** Keys that are written otherwise; those of a moment stand beside what happens at it. */
const otherKeys: Readonly<Record<string, Path>> = {
  from: [],
  atMs: ['at'],
  afterEffectOf: ['after'],
  gateOf: ['on', 'gate'],
  takesMs: ['takes'],
  wouldTouch: ['would_touch'],
  isReplaced: ['is_replaced'],
  cannotPlan: ['cannot_plan'],
  closedAtMs: ['closed'],
  dueMs: ['due'],
  kind: ['entry'],
}

function written(key: string | number): Path {
  return typeof key === 'number' ? [key] : (otherKeys[key] ?? [key])
}
