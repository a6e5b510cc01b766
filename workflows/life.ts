/** One incident's state, its unwritten entries, and how it hears of the world. */
import { condition, setHandler, workflowInfo } from '@temporalio/workflow'
import type { RecordInput } from '../activities/record.ts'
import type { Phase } from '../contracts/incident.ts'
import { changedSignal, type IncidentInput, stateQuery } from '../contracts/messages.ts'
import type { Binding } from '../contracts/runbook.ts'
import type { NewEntry, TimelineEvents, TimelineKind } from '../contracts/timeline.ts'
import { records } from './activity-stubs.ts'
import {
  applyMessage,
  countFiring,
  firstState,
  type IncidentState,
  isAcknowledged,
} from './incident-state.ts'

/** Why the ladder is left: a person ended the incident, or every alert has resolved. */
export type Turn = 'ended' | 'alerts-resolved'

export interface Life {
  readonly input: IncidentInput
  readonly state: IncidentState
  /** Notes an entry; it is written with the next `record`. */
  note<K extends TimelineKind>(kind: K, data: TimelineEvents[K]): void
  /** Writes the noted entries and a change of the incident's row, in one transaction. */
  record(change?: RecordInput['change']): Promise<void>
  takeEntries(): NewEntry[]
  enter(phase: Phase): Promise<void>
  /** Something that ends the ladder, or undefined. */
  turn(): Turn | undefined
  /** Waits until `until` holds or a turn comes, at most `ms`. */
  wait(until: () => boolean, ms?: number): Promise<'held' | 'turned' | 'timed-out'>
  bound(role: string): Extract<Binding, { target: string }> | undefined
  /** The history is long enough to go on in a new run. */
  isLong(): boolean
}

export type CarriedInput = IncidentInput & { carried?: IncidentState }

export function startLife(input: CarriedInput): Life {
  const state = input.carried ?? firstState(input)
  let entries: NewEntry[] = []
  listen(state)

  const life: Life = {
    input,
    state,
    note(kind, data) {
      // kind and data are tied by K; the union member they form cannot be named generically.
      entries.push({
        kind,
        actor: 'paramedic',
        atMs: Date.now(),
        incident: input.number,
        data,
      } as unknown as NewEntry)
    },
    async record(change) {
      const unwritten = life.takeEntries()
      if (unwritten.length === 0 && change === undefined) return
      await records.record({
        number: input.number,
        entries: unwritten,
        ...(change === undefined ? {} : { change }),
      })
    },
    takeEntries() {
      const taken = entries
      entries = []
      return taken
    },
    async enter(phase) {
      if (state.phase === phase) return
      life.note('phase.changed', { from: state.phase, to: phase })
      state.phase = phase
      await life.record({ phase })
    },
    turn() {
      if (state.ended !== undefined) return 'ended'
      return countFiring(state) === 0 && state.lastResolving > state.handledResolving
        ? 'alerts-resolved'
        : undefined
    },
    async wait(until, ms) {
      const woken = (): boolean => until() || life.turn() !== undefined
      const isTimeLeft = ms === undefined || ms > 0
      const hasWoken =
        ms === undefined ? (await condition(woken), true) : isTimeLeft ? await condition(woken, ms) : woken()
      if (!hasWoken) return 'timed-out'
      return until() ? 'held' : 'turned'
    },
    bound(role) {
      const binding = input.bindings.find(candidate => candidate.role === role)
      return binding !== undefined && 'target' in binding ? binding : undefined
    },
    isLong: () => workflowInfo().continueAsNewSuggested,
  }
  setHandler(stateQuery, () => view(life))
  return life
}

/** Handlers only remember what arrived; `hear` reads it. A row told of twice is heard once. */
function listen(state: IncidentState): void {
  setHandler(changedSignal, ({ rowId }) => {
    if (state.seenRowIds.includes(rowId)) return
    state.seenRowIds.push(rowId)
    state.pendingRowIds.push(rowId)
  })
}

/** Reads rows as they are told of, for as long as the incident lives. */
export async function hear(life: Life): Promise<never> {
  const { state, input } = life
  for (;;) {
    await condition(() => state.pendingRowIds.length > 0)
    const rowIds = [...state.pendingRowIds]
    const messages = await records.readMessages({ number: input.number, rowIds })
    for (const rowId of rowIds) {
      const message = messages.find(candidate => candidate.rowId === rowId)
      if (message === undefined) life.note('message.unknown', { rowId })
      else applyMessage(state, message)
    }
    state.pendingRowIds = state.pendingRowIds.filter(rowId => !rowIds.includes(rowId))
  }
}

function view({ state }: Life) {
  return {
    phase: state.phase,
    severity: state.severity,
    impact: state.impact,
    stepsTaken: state.nextStep,
    firing: countFiring(state),
    acknowledged: isAcknowledged(state),
    ...(state.openGate === undefined ? {} : { openGate: state.openGate }),
  }
}
