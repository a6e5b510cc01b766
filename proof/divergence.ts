/** Where today's code would not do what a history says was done. */
import { canonicalJson } from '../contracts/canonical-json.ts'
import type { Command, RunHistory } from './history.ts'
import { inShort } from './in-short.ts'

export interface Divergence {
  runId: string
  /** The first event that today's code would not have made; 0 when the history could not be run at all. */
  eventId: number
  /**
   * `path`: another step is taken, and a running incident would stop there. `arguments`: the same step is told something else,
   * which Temporal does not look at.
   */
  differsIn: 'path' | 'arguments'
  inHistory: string
  wanted: string
}

/** What the code asked for while it was replayed, in order. */
export type Noted = Pick<Command, 'what' | 'id' | 'type' | 'args'>

/**
 * The first difference between what a run did and what the code wanted. `refusal` is what Temporal said when it could not go
 * on; commands the code had not come to by then are no difference.
 */
export function findDivergence(
  run: RunHistory,
  noted: readonly Noted[],
  refusal: string | undefined,
): Divergence | undefined {
  const wanted = new Map(noted.map(command => [keyOf(command), command]))
  for (const command of run.commands) {
    const now = wanted.get(keyOf(command))
    if (now === undefined || isSame(command, now)) continue
    const isPath = command.type !== now.type
    return {
      ...place(run, command),
      differsIn: isPath ? 'path' : 'arguments',
      wanted: isPath ? told(now) : difference(command, now),
    }
  }
  return refusal === undefined ? undefined : refused(run, noted, wanted, refusal)
}

/** Every command that was compared is the same, and still it could not go on: one side has what the other has not. */
function refused(
  run: RunHistory,
  noted: readonly Noted[],
  wanted: ReadonlyMap<string, Noted>,
  refusal: string,
): Divergence {
  const unasked = run.commands.find(command => command.what !== 'timer' && !wanted.has(keyOf(command)))
  const extra = unmatched(run, noted)
  if (unasked !== undefined && extra !== undefined)
    return { ...place(run, unasked), differsIn: 'path', wanted: extra }
  const about = { runId: run.runId, eventId: eventIn(refusal), differsIn: 'path' } as const
  return {
    ...about,
    inHistory: unasked === undefined ? 'nothing more' : told(unasked),
    wanted: extra ?? refusal,
  }
}

function keyOf({ what, id }: Noted): string {
  return `${what} ${id}`
}

function isSame(command: Command, now: Noted): boolean {
  return command.type === now.type && canonicalJson(command.args) === canonicalJson(now.args)
}

function place(run: RunHistory, command: Command): Omit<Divergence, 'wanted' | 'differsIn'> {
  return { runId: run.runId, eventId: command.eventId, inHistory: told(command) }
}

/** The first thing the code asked for that the history does not have. */
function unmatched(run: RunHistory, noted: readonly Noted[]): string | undefined {
  const known = new Set(run.commands.map(keyOf))
  const extra = noted.find(command => command.what !== 'timer' && !known.has(keyOf(command)))
  return extra === undefined ? undefined : told(extra)
}

function told({ what, type, args }: Noted): string {
  const kind = { activity: 'activity ', timer: '', child: 'workflow ', end: '' }[what]
  const first = what === 'timer' ? `${String(args[0])} ms` : args[0]
  return `${kind}${type}${first === undefined ? '' : ` ${inShort(first, 240)}`}`
}

/** Two calls of the same name: which of what they are told is different. */
function difference(command: Command, now: Noted): string {
  const found = differingFields(command.args[0], now.args[0], '').slice(0, 3)
  return `${now.type} with ${found.join('; ')}`
}

function differingFields(before: unknown, after: unknown, path: string): string[] {
  if (isEqual(before, after)) return []
  if (!isObject(before) || !isObject(after))
    return [`${path === '' ? 'value' : path} ${short(after)} instead of ${short(before)}`]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap(name =>
    differingFields(before[name], after[name], path === '' ? name : `${path}.${name}`),
  )
}

/** A field that is missing is another thing than one that is null. */
function isEqual(before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return before === after
  return canonicalJson(before) === canonicalJson(after)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function short(value: unknown): string {
  return inShort(value, 100)
}

/** Temporal names the event in some of its refusals: `HistoryEvent(id: 100, ActivityTaskScheduled)`. */
function eventIn(refusal: string): number {
  return Number(/HistoryEvent\(id: (\d+)/.exec(refusal)?.[1] ?? 0)
}
