/** One incident as its stages see it: state, notes, roles, turns; and how it hears of the world. */
import { ActivityFailure, condition, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow'
import type { Phase } from '../contracts/incident.ts'
import {
  changedSignal,
  type IncidentInput,
  type IncidentMessage,
  type MovedTo,
  stateQuery,
} from '../contracts/messages.ts'
import { reads, records } from './activity-stubs.ts'
import { levelsOf, takeLevels } from './levels.ts'
import {
  applyMessage,
  countFiring,
  firstState,
  type IncidentState,
  isAcknowledged,
} from './incident-state.ts'
import { createNotebook, type Notebook } from './notebook.ts'
import { createRoles, type Roles } from './roles.ts'

/**
 * Why what goes on is left: a person ended the incident or changed its runbook, every alert has resolved, or, of what comes after a
 * recovery, one is back.
 */
export type Turn = 'ended' | 'rebased' | 'alerts-resolved' | 'alert-returned'

export interface Life extends Notebook, Roles {
  /** Its runbook, with what belongs to it, is another one once `move` has been called. */
  readonly input: IncidentInput
  readonly state: IncidentState
  enter(phase: Phase): void
  /** Goes on with another version of the runbook. */
  move(to: MovedTo): void
  /** Something that ends what goes on, or undefined. */
  turn(isFor?: (turn: Turn) => boolean): Turn | undefined
  /** Waits until `until` holds or a turn comes, at most `ms`; `isFor` says which turns count, all of them by default. */
  wait(
    until: () => boolean,
    ms?: number,
    isFor?: (turn: Turn) => boolean,
  ): Promise<'held' | 'turned' | 'timed-out'>
  /** The history is long enough to go on in a new run. */
  isLong(): boolean
  /** Something is taken back, perhaps while no level pages: whoever is needed is called beside the levels. */
  isUndoing?: true
}

export type CarriedInput = IncidentInput & { carried?: IncidentState }

export function startLife(begun: CarriedInput): Life {
  let input: IncidentInput = begun
  const state = begun.carried ?? opened(begun)
  listen(state)
  const life: Life = {
    get input() {
      return input
    },
    state,
    ...createNotebook(input, state),
    enter(phase) {
      if (state.phase === phase) return
      life.note('phase.changed', { from: state.phase, to: phase })
      state.phase = phase
      life.change({ phase })
    },
    move({ hash: runbookHash, ...to }) {
      input = { ...input, ...to, runbookHash }
    },
    turn(isFor = () => true) {
      const isSo: Partial<Record<Turn, boolean>> = {
        ended: state.ended !== undefined,
        rebased: state.rebase !== undefined,
        'alerts-resolved': countFiring(state) === 0 && state.lastResolving > state.handledResolving,
      }
      return turns.find(turn => isSo[turn] === true && isFor(turn))
    },
    wait: (until, ms, isFor) => waitIn(life, until, ms, isFor),
    ...createRoles(() => input.bindings),
    // A new run does not inherit a page on its way: until it has arrived, this one goes on.
    isLong: () => workflowInfo().continueAsNewSuggested && state.pagesInFlight === 0,
  }
  setHandler(stateQuery, () => view(life))
  return life
}

/** The same life as what takes steps back sees it: with turns of its own. */
export function undoingIn(life: Life, turn: Life['turn']): Life {
  const undoing: Life = {
    ...life,
    isUndoing: true,
    turn,
    wait: (until, ms, isFor) => waitIn(undoing, until, ms, isFor),
  }
  return undoing
}

async function waitIn(
  life: Life,
  until: () => boolean,
  ms: number | undefined,
  isFor: ((turn: Turn) => boolean) | undefined,
): Promise<'held' | 'turned' | 'timed-out'> {
  await life.record()
  const woken = (): boolean => until() || life.turn(isFor) !== undefined
  const isTimeLeft = ms === undefined || ms > 0
  const hasWoken =
    ms === undefined ? (await condition(woken), true) : isTimeLeft ? await condition(woken, ms) : woken()
  if (!hasWoken) return 'timed-out'
  return until() ? 'held' : 'turned'
}

/** The first that is so is the one that is followed. */
const turns: readonly Turn[] = ['ended', 'rebased', 'alerts-resolved']

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
  const { state } = life
  for (;;) {
    await condition(() => state.pendingRowIds.length > 0)
    const rowIds = [...state.pendingRowIds]
    const messages = await readMessages({ number: life.input.number, rowIds })
    for (const rowId of rowIds) {
      const message = messages.find(candidate => candidate.rowId === rowId)
      if (message === undefined) life.note('message.unknown', { rowId })
      else {
        const before = levelsOf(life)
        applyMessage(state, message)
        if (message.kind === 'rebased') takeLevels(life, before)
      }
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
