/** Which keys of a drill go together. Reads the tree as it was written and skips what the schema refuses anyway. */
import { type PersonsActName, personsActs } from './drill-event-source.ts'
import type { Finding, Path } from './fault.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintDrillForms(tree: unknown): Finding[] {
  const drills = entriesOf(valueAt(tree, ['drills'])).map(([name]) => ['drills', name])
  const places: Path[] = [[], ...drills]
  return [
    ...lintDrillsThere(tree),
    ...places.flatMap(place => [
      ...lintGiven(tree, [...place, 'given']),
      ...listAt(tree, [...place, 'expect', 'never']).flatMap((_, index) =>
        lintNever(tree, [...place, 'expect', 'never', index]),
      ),
    ]),
    ...drills.flatMap(drill => [
      ...lintExpected(tree, drill),
      ...listAt(tree, [...drill, 'events']).flatMap((_, index) =>
        lintEvent(tree, [...drill, 'events', index]),
      ),
    ]),
  ]
}

function lintDrillsThere(tree: unknown): Finding[] {
  const drills = valueAt(tree, ['drills'])
  const isEmpty = typeof drills === 'object' && drills !== null && Object.keys(drills).length === 0
  return isEmpty ? [{ path: ['drills'], at: 'key', message: 'there is no drill in the file' }] : []
}

/** A drill that expects nothing says that nobody is paged and nothing happens, which somebody has to mean. */
function lintExpected(tree: unknown, drill: Path): Finding[] {
  const isExpecting = [drill, []].some(place => valueAt(tree, [...place, 'expect']) !== undefined)
  if (!isMapping(valueAt(tree, drill)) || isExpecting) return []
  const hint =
    'the least is `expect: {}`: nobody is paged, and nothing is done at a target; `drill run --record` writes what happens'
  return [{ path: drill, at: 'key', message: '`expect` is required', hint }]
}

function lintGiven(tree: unknown, given: Path): Finding[] {
  return [
    ...itemsOf(tree, [...given, 'checks']).flatMap(path => lintChange(tree, path)),
    ...itemsOf(tree, [...given, 'steps']).flatMap(path => lintAttempt(tree, path)),
  ]
}

/** Each item of the lists in a mapping, and each mapping that stands for a list of one. */
function itemsOf(tree: unknown, mapping: Path): Path[] {
  return entriesOf(valueAt(tree, mapping)).flatMap(([name, value]) => {
    const path = [...mapping, name]
    return Array.isArray(value) ? value.map((_, index) => [...path, index]) : [path]
  })
}

function lintChange(tree: unknown, path: Path): Finding[] {
  const change = valueAt(tree, path)
  // The short form has nothing but fields.
  if (typeof path.at(-1) !== 'number' || !isMapping(change)) return []
  const says = keysIn(change, ['is', 'fails', 'takes'])
  const hint = 'is: { field: value }, fails: a reason, or takes: 3s'
  const nothing = says.length === 0 ? [{ path, message: 'the change says nothing of the check', hint }] : []
  return [
    ...nothing,
    ...exclusive(change, path, ['is', 'fails']),
    ...exclusive(change, path, ['at', 'after']),
    ...needs(change, path, 'wait', 'after'),
  ]
}

function lintAttempt(tree: unknown, path: Path): Finding[] {
  const attempt = valueAt(tree, path)
  if (!isMapping(attempt)) return []
  const ends = exclusive(attempt, path, ['cannot_plan', 'fails', 'unknown'])
  const planned = ['would_touch', 'touches', 'takes', 'is_replaced'].flatMap(key =>
    exclusive(attempt, path, ['cannot_plan', key]),
  )
  return [...ends, ...planned, ...exclusive(attempt, path, ['fails', 'touches'])]
}

const happenings = ['does', 'severity', 'impact', 'alert', 'crash'] as const

function lintEvent(tree: unknown, path: Path): Finding[] {
  const event = valueAt(tree, path)
  if (!isMapping(event)) return []
  const happens = keysIn(event, happenings)
  if (happens.length === 0) {
    const hint = 'who and does, severity or impact; alert; or crash'
    return [{ path, message: 'the event says nothing that happens', hint }]
  }
  const twice = exclusive(event, path, happenings)
  if (twice.length > 0) return twice
  return [...lintMoment(event, path), ...lintActor(event, path), ...lintBeside(event, path)]
}

function lintMoment(event: unknown, path: Path): Finding[] {
  const isAround = has(event, 'point') || (has(event, 'crash') && has(event, 'step'))
  if (isAround) {
    const missing = ['step', 'point'].filter(key => !has(event, key))
    const timed = keysIn(event, ['at', 'on', 'after'])
    return [
      ...missing.map(key => ({
        path,
        message: `\`${key}\` is required: a crash around an effect names the step and the point`,
      })),
      ...timed.map(key => ({
        path: [...path, key],
        at: 'key' as const,
        message: `a crash around an effect has no \`${key}\`: it comes when the step comes there`,
      })),
      ...(valueAt(event, ['crash']) === 'engine'
        ? [{ path: [...path, 'crash'], message: 'around an effect only the worker can be killed' }]
        : []),
    ]
  }
  const hint = 'at: 3m, since the opening; or on: { gate: <step> }'
  const untimed = keysIn(event, ['at', 'on']).length === 0
  return [
    ...(untimed ? [{ path, message: 'the event has no time', hint }] : []),
    ...exclusive(event, path, ['at', 'on']),
    ...needs(event, path, 'after', 'on'),
  ]
}

function lintActor(event: unknown, path: Path): Finding[] {
  const act = keysIn(event, ['does', 'severity', 'impact'])[0]
  if (act !== undefined && !has(event, 'who'))
    return [{ path, message: `\`who\` is required: \`${act}\` is what a person does` }]
  if (act !== undefined || !has(event, 'who')) return []
  const what = has(event, 'alert') ? 'an alert comes from its sender' : 'a crash is nobody’s deed'
  return [{ path: [...path, 'who'], at: 'key', message: `\`who\` is not for this event: ${what}` }]
}

/** Keys that this event has no use for, and the step that it needs. */
function lintBeside(event: unknown, path: Path): Finding[] {
  const does = valueAt(event, ['does'])
  const isKnown = typeof does === 'string' && Object.hasOwn(personsActs, does)
  if (has(event, 'does') && !isKnown) return []
  const act = isKnown ? (does as PersonsActName) : undefined
  const taken: readonly string[] = act === undefined ? takenBy(event) : personsActs[act]
  const kind = act ?? keysIn(event, happenings)[0] ?? ''
  const needless = keysIn(event, ['step', 'because', 'done', 'labels', 'point'])
    .filter(key => !taken.includes(key))
    .map((key): Finding => ({
      path: [...path, key],
      at: 'key',
      message: `\`${key}\` is not for an event with \`${kind}\``,
    }))
  const isStepless = taken.includes('step') && act !== undefined && keysIn(event, ['step', 'on']).length === 0
  const message = `\`step\` is required: \`${kind}\` is said of a step`
  return [...needless, ...(isStepless ? [{ path, message }] : [])]
}

function takenBy(event: unknown): string[] {
  if (has(event, 'alert')) return ['labels']
  return has(event, 'crash') ? ['step', 'point'] : []
}

const nevers = ['effect', 'page', 'severity', 'step', 'entry'] as const

function lintNever(tree: unknown, path: Path): Finding[] {
  const never = valueAt(tree, path)
  if (!isMapping(never)) return []
  if (keysIn(never, nevers).length === 0)
    return [{ path, message: 'it does not say what must not happen', hint: `one of ${nevers.join(', ')}` }]
  return [...exclusive(never, path, nevers), ...needs(never, path, 'has', 'entry')]
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function has(value: unknown, key: string): boolean {
  return valueAt(value, [key]) !== undefined
}

function keysIn<T extends string>(value: unknown, keys: readonly T[]): T[] {
  return keys.filter(key => has(value, key))
}

/** Of these one, at most. */
function exclusive(value: unknown, path: Path, keys: readonly string[]): Finding[] {
  const [first, ...others] = keysIn(value, keys)
  return others.map(key => ({
    path: [...path, key],
    at: 'key',
    message: `\`${String(first)}\` and \`${key}\` exclude each other`,
  }))
}

function needs(value: unknown, path: Path, key: string, other: string): Finding[] {
  if (!has(value, key) || has(value, other)) return []
  return [{ path: [...path, key], at: 'key', message: `\`${key}\` goes with \`${other}\`` }]
}
