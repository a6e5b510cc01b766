/** What the record of a drill says became of each thing, in the order in which it was written. */
import { attemptOfEntry } from '../contracts/attempt-of-entry.ts'
import {
  attemptOfId,
  type GateState,
  type Impact,
  kindOfGate,
  type Phase,
  type Severity,
  type StepResult,
  type UndoEnd,
  type Verdict,
} from '../contracts/incident.ts'
import type { TimelineKind } from '../contracts/timeline.ts'
import type { Happened, Moment } from './happened.ts'

/** What something was from a moment on, or at one. */
export interface At<T> {
  is: T
  moment: Moment
}

type Entry = Happened['timeline'][number]
type EntryOf<K extends TimelineKind> = Extract<Entry, { kind: K }>
type Recorded = Pick<Happened, 'timeline'>

export function entriesOf<K extends TimelineKind>({ timeline }: Recorded, kind: K): EntryOf<K>[] {
  // A kind and its data are tied in the union that the filter picks from.
  return timeline.filter(entry => entry.kind === kind) as EntryOf<K>[]
}

/** Every severity it had, that of triage first. */
export function severitiesOf(record: Recorded): At<Severity>[] {
  return changes(
    record.timeline.flatMap(entry => {
      if (entry.kind === 'triage.assessed') return [{ is: entry.data.severity, moment: entry.moment }]
      return entry.kind === 'severity.changed' ? [{ is: entry.data.to, moment: entry.moment }] : []
    }),
  )
}

export function impactsOf(record: Recorded): At<Impact>[] {
  return changes(
    record.timeline.flatMap(entry => {
      if (entry.kind === 'triage.assessed') return [{ is: entry.data.impact, moment: entry.moment }]
      return entry.kind === 'impact.changed' ? [{ is: entry.data.to, moment: entry.moment }] : []
    }),
  )
}

/** What it was before is no news, such as when triage finds what a level had said a moment earlier. */
function changes<T>(all: At<T>[]): At<T>[] {
  return all.filter(({ is }, index) => all[index - 1]?.is !== is)
}

/** Every phase it entered; it begins in detection. */
export function phasesOf(record: Recorded): At<Phase>[] {
  return entriesOf(record, 'phase.changed').map(({ data, moment }) => ({ is: data.to, moment }))
}

/** How each step, and each `<step>.undo`, ended at last. */
export function stepEndsOf(record: Recorded): Map<string, At<StepResult>> {
  return new Map(
    entriesOf(record, 'step.ended').map(({ data, moment }) => [data.step, { is: data.result, moment }]),
  )
}

/** When each step, and each `<step>.undo`, was first come to: looked at, planned, asked about or ended. */
export function reachedOf({ timeline }: Recorded): Map<string, Moment> {
  const reached = new Map<string, Moment>()
  for (const entry of timeline) {
    const step = attemptOfEntry(entry)?.step
    if (step !== undefined && !reached.has(step)) reached.set(step, entry.moment)
  }
  return reached
}

/** By step, or `<step>.undo`: the last gate that asks for leave or for a tick, as it is at last. */
export function gatesOf({ timeline }: Recorded): Map<string, At<GateState>> {
  const gates = new Map<string, At<GateState>>()
  for (const entry of timeline) {
    const is = gateStateAfter(entry)
    if (is === undefined || kindOfGate(is.gateId) === 'outcome') continue
    const step = attemptOfId(is.gateId)?.step
    if (step !== undefined) gates.set(step, { is: is.state, moment: entry.moment })
  }
  return gates
}

function gateStateAfter(entry: Entry): { gateId: string; state: GateState } | undefined {
  switch (entry.kind) {
    case 'gate.opened':
      return { gateId: entry.data.gateId, state: 'open' }
    case 'gate.decided':
      return { gateId: entry.data.gateId, state: entry.data.state }
    case 'gate.expired':
      return { gateId: entry.data.gateId, state: 'expired' }
    case 'gate.withdrawn':
      return { gateId: entry.data.gateId, state: 'withdrawn' }
    default:
      return undefined
  }
}

/** By step, `<step>.undo` or `overall`: every verdict, in order. */
export function verdictsOf(record: Recorded): Map<string, At<Verdict>[]> {
  const verdicts = new Map<string, At<Verdict>[]>()
  for (const { data, moment } of entriesOf(record, 'verification.ended')) {
    const of = data.of.slice(0, data.of.lastIndexOf('/'))
    verdicts.set(of, [...(verdicts.get(of) ?? []), { is: data.verdict, moment }])
  }
  return verdicts
}

/** By step: what became of what was registered to take it back, at last. */
export function undosOf(record: Recorded): Map<string, At<UndoEnd>> {
  return new Map(
    entriesOf(record, 'undo.ended').map(({ data, moment }) => [data.step, { is: data.is, moment }]),
  )
}

/** The last moment of the record; the opening when there is none. */
export function endOf({ timeline }: Recorded): Moment {
  return timeline.at(-1)?.moment ?? { atMs: 0, slackMs: 0 }
}
