/** The workflow's own decisions: the incident's row and its entries, one transaction each. */
import type { GateState, IncidentOutcome, Phase } from '../contracts/incident.ts'
import type { IncidentMessage } from '../contracts/messages.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import { closeIncident, type Closing } from '../store/closing.ts'
import { inTransaction, type Pool, withCodedErrors } from '../store/database.ts'
import { expireGate, type NewGate, openGate, withdrawGate } from '../store/gates.ts'
import { readMessages } from '../store/messages.ts'
import { isFirstTime } from '../store/work-done.ts'
import { workKey } from './work-key.ts'
import { type Decision, writeDecisions } from './write-decisions.ts'

export interface CloseInput {
  number: string
  /** The version that proved it; absent in what was scheduled before incidents could be moved. */
  runbookHash?: string
  seenTransition: number
  from: Phase
  outcome: IncidentOutcome
  because: string
  /** What stays in place after it, for the news. */
  inPlace?: string[]
  postmortemDueAtMs?: number
  atMs: number
  /** Written whatever becomes of the close. */
  unwritten: Decision[]
}

export function createRecordActivities({ pool }: { pool: Pool }) {
  return {
    /** What the named rows say; ids that are not there are left out, so a forged signal says nothing. */
    async readMessages(input: { number: string; rowIds: number[] }): Promise<IncidentMessage[]> {
      return withCodedErrors(() => readMessages(pool, input.number, input.rowIds))
    },

    async record(input: { number: string; unwritten: Decision[] }): Promise<void> {
      await writeDecisions(pool, input.number, input.unwritten)
    },

    async openGate(input: { gate: NewGate; unwritten: Decision[] }): Promise<void> {
      const key = workKey()
      await writeDecisions(pool, input.gate.incident, input.unwritten)
      await inTransaction(pool, async tx => {
        if (!(await isFirstTime(tx, key))) return
        await appendEntries(tx, await openGate(tx, input.gate))
      })
    },

    /** The gate's state after the clock asked for its expiry: `approved` when a person was faster. */
    async expireGate(input: { gateId: string; atMs: number }): Promise<GateState> {
      return inTransaction(pool, async tx => {
        const { state, entries } = await expireGate(tx, input.gateId, input.atMs)
        await appendEntries(tx, entries)
        return state
      })
    },

    async withdrawGate(input: { gateId: string; because: string; atMs: number }): Promise<GateState> {
      return inTransaction(pool, async tx => {
        const { state, entries } = await withdrawGate(tx, input.gateId, input.because, input.atMs)
        await appendEntries(tx, entries)
        return state
      })
    },

    /** Withdraws the question for an outcome, unless a person was faster: then the answer in the row comes back. */
    async withdrawQuestion(input: {
      gateId: string
      because: string
      atMs: number
    }): Promise<'done' | 'not-done' | 'withdrawn'> {
      return inTransaction(pool, async tx => {
        const { answer, entries } = await withdrawGate(tx, input.gateId, input.because, input.atMs)
        await appendEntries(tx, entries)
        return answer ?? 'withdrawn'
      })
    },

    /** The clock's side of a question that waits for a tick: the answer in the row when a person was faster. */
    async expireQuestion(input: { gateId: string; atMs: number }): Promise<'done' | 'not-done' | 'expired'> {
      return inTransaction(pool, async tx => {
        const { answer, entries } = await expireGate(tx, input.gateId, input.atMs)
        await appendEntries(tx, entries)
        return answer ?? 'expired'
      })
    },

    async close(input: CloseInput): Promise<Closing['result']> {
      await writeDecisions(pool, input.number, input.unwritten)
      return inTransaction(pool, async tx => {
        const { result, isChange } = await closeIncident(tx, input)
        await appendEntries(tx, isChange ? closingEntries(input) : [])
        return result
      })
    },
  }
}

function closingEntries({ number: incident, from, outcome, because, atMs }: CloseInput): NewEntry[] {
  const common = { actor: 'paramedic', atMs, incident } as const
  return [
    { ...common, kind: 'phase.changed', data: { from, to: 'closed' } },
    { ...common, kind: 'incident.closed', data: { outcome, because } },
  ]
}
