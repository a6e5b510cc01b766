/** One incident's state, its unwritten entries, and how it hears of the world. */
import { ActivityFailure, condition, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import type { Decision } from '../activities/write-decisions.ts'
import type { Phase } from '../contracts/incident.ts'
import { changedSignal, type IncidentInput, type IncidentMessage, stateQuery } from '../contracts/messages.ts'
import type { Binding, BoundTarget } from '../contracts/runbook.ts'
import type { NewEntry, TimelineEvents, TimelineKind } from '../contracts/timeline.ts'
import { reads, records } from './activity-stubs.ts'
import {
  applyMessage,
  countFiring,
  firstState,
  type IncidentState,
  isAcknowledged,
} from './incident-state.ts'

/** Why what goes on is left: a person ended the incident, every alert has resolved, or, of what comes after a recovery, one is back. */
export type Turn = 'ended' | 'alerts-resolved' | 'alert-returned'

export interface Life {
  readonly input: IncidentInput
  readonly state: IncidentState
  /** Notes an entry, to be written by the next activity that carries it or by `record`. */
  note<K extends TimelineKind>(kind: K, data: TimelineEvents[K]): void
  /** Notes what people are told beside what they hear of every change of the row. */
  tell(happened: NonNullable<Decision['news']>[number]): void
  /** Notes a change of the incident's row; what is noted together is written in one transaction. */
  change(change: Decision['change']): void
  /**
   * Runs an activity that writes what was noted before it does its own work: that saves a `record`. At a site there may be no
   * worker for long, so what goes there carries nothing.
   */
  carry<T>(run: (unwritten: Decision[]) => Promise<T>, site?: string): Promise<T>
  /** Writes what was noted, if anything was. */
  record(): Promise<void>
  enter(phase: Phase): void
  /** Something that ends the ladder, or undefined. */
  turn(): Turn | undefined
  /** Waits until `until` holds or a turn comes, at most `ms`. */
  wait(until: () => boolean, ms?: number): Promise<'held' | 'turned' | 'timed-out'>
  bound(role: string): Extract<Binding, { target: string }> | undefined
  /** The targets of a role: the one, or each of a group; none when it is not bound. */
  targets(role: string): BoundTarget[]
  /** Whether a role stands for a group. */
  isMany(role: string): boolean
  /** The history is long enough to go on in a new run. */
  isLong(): boolean
  /** Something is taken back, perhaps while no level pages: whoever is needed is called beside the levels. */
  isUndoing?: true
}

type Noted = Required<Pick<Decision, 'change' | 'entries' | 'news'>>

export type CarriedInput = IncidentInput & { carried?: IncidentState }

export function startLife(input: CarriedInput): Life {
  const state = input.carried ?? opened(input)
  let noted: Noted = { change: {}, entries: [], news: [] }
  let unwritten: Decision[] = []
  listen(state)

  /** Makes one decision of what was noted. */
  function decide(): void {
    const { change, entries, news } = noted
    if (entries.length === 0 && Object.keys(change).length === 0 && news.length === 0) return
    noted = { change: {}, entries: [], news: [] }
    state.decided += 1
    const nth = state.decided
    unwritten.push({ nth, change, entries, ...(news.length === 0 ? {} : { news }), atMs: Date.now() })
    if (change.severity !== undefined || change.impact !== undefined) state.judgements.push({ nth, change })
  }

  const life: Life = {
    input,
    state,
    note(kind, data) {
      // kind and data are tied by K; the union member they form cannot be named generically.
      noted.entries.push({
        kind,
        actor: 'paramedic',
        atMs: Date.now(),
        incident: input.number,
        data,
      } as unknown as NewEntry)
    },
    tell(happened) {
      noted.news.push(happened)
    },
    change(change) {
      noted.change = { ...noted.change, ...change }
    },
    async carry(run, site) {
      if (site !== undefined) {
        await life.record()
        return run([])
      }
      decide()
      // What another activity has on its way goes with this one too: whichever is first writes it, before what is newer.
      const carried = [...unwritten]
      const result = await run(carried)
      unwritten = unwritten.filter(decision => !carried.includes(decision))
      return result
    },
    async record() {
      await life.carry(async decisions => {
        if (decisions.length > 0) await records.record({ number: input.number, unwritten: decisions })
      })
    },
    enter(phase) {
      if (state.phase === phase) return
      life.note('phase.changed', { from: state.phase, to: phase })
      state.phase = phase
      life.change({ phase })
    },
    turn() {
      if (state.ended !== undefined) return 'ended'
      return countFiring(state) === 0 && state.lastResolving > state.handledResolving
        ? 'alerts-resolved'
        : undefined
    },
    wait: (until, ms) => waitIn(life, until, ms),
    bound(role) {
      const binding = input.bindings.find(candidate => candidate.role === role)
      return binding !== undefined && 'target' in binding ? binding : undefined
    },
    targets(role) {
      const binding = input.bindings.find(candidate => candidate.role === role)
      if (binding === undefined || 'problem' in binding) return []
      return 'members' in binding ? binding.members : [binding]
    },
    isMany: role => input.bindings.some(binding => binding.role === role && 'members' in binding),
    // A new run does not inherit a page on its way: until it has arrived, this one goes on.
    isLong: () => workflowInfo().continueAsNewSuggested && state.pagesInFlight === 0,
  }
  setHandler(stateQuery, () => view(life))
  return life
}

/** The same life as what takes steps back sees it: with turns of its own. */
export function undoingIn(life: Life, turn: Life['turn']): Life {
  const undoing: Life = { ...life, isUndoing: true, turn, wait: (until, ms) => waitIn(undoing, until, ms) }
  return undoing
}

async function waitIn(
  life: Life,
  until: () => boolean,
  ms: number | undefined,
): Promise<'held' | 'turned' | 'timed-out'> {
  await life.record()
  const woken = (): boolean => until() || life.turn() !== undefined
  const isTimeLeft = ms === undefined || ms > 0
  const hasWoken =
    ms === undefined ? (await condition(woken), true) : isTimeLeft ? await condition(woken, ms) : woken()
  if (!hasWoken) return 'timed-out'
  return until() ? 'held' : 'turned'
}

function opened(input: IncidentInput): IncidentState {
  const state = firstState(input)
  state.seenRowIds.push(input.opening.rowId)
  applyMessage(state, input.opening)
  return state
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
    const messages = await readMessages({ number: input.number, rowIds })
    for (const rowId of rowIds) {
      const message = messages.find(candidate => candidate.rowId === rowId)
      if (message === undefined) life.note('message.unknown', { rowId })
      else applyMessage(state, message)
    }
    state.pendingRowIds = state.pendingRowIds.filter(rowId => !rowIds.includes(rowId))
  }
}

/** Read inside the workflow task, which is far quicker; when the database does not answer at once, by a task of its own. */
async function readMessages(asked: { number: string; rowIds: number[] }): Promise<IncidentMessage[]> {
  try {
    return await reads.readMessages(asked)
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
    return records.readMessages(asked)
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
