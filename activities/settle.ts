import { cancellationSignal } from '@temporalio/activity'
import { CodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { attemptId, type Outcome } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { appendEntries } from '../store/audit-log.ts'
import { type PlannedAttempt, readClaim, settleClaim, settleLost } from '../store/claims.ts'
import { inTransaction, type Pool, type Queryable, withCodedErrors } from '../store/database.ts'
import { readPlan } from '../store/plans.ts'
import { anyAction } from './targets/any-action.ts'
import type { ActionImplementations } from './targets/implementations.ts'
import type { ProbeAnswer } from './targets/target.ts'

export interface SettleInput extends PlannedAttempt {
  /** How much the lost worker had touched when Temporal last heard of it; its claim may know of more. */
  touched?: number
  atMs: number
}

export function createSettleActivities(dependencies: {
  pool: Pool
  configuration: Configuration
  actions: ActionImplementations
}) {
  const { pool } = dependencies
  return {
    /** What became of an attempt whose worker was lost: nothing (and nothing can any more), its recorded outcome, or `unknown`. */
    async settle(input: SettleInput): Promise<Outcome | 'abandoned'> {
      return inTransaction(pool, async tx => {
        const { step, attempt, action, target, atMs, incident } = input
        const heard = { touched: input.touched, unit: await unitOf(tx, input) }
        const { row, changed, reached } = await settleLost(tx, input, atMs, heard)
        const common = { actor: 'paramedic', atMs, incident } as const
        const because = 'its worker was lost before the claim'
        if (changed === 'abandoned')
          await appendEntries(tx, [{ ...common, kind: 'claim.abandoned', data: { step, attempt, because } }])
        const error = 'its worker was lost after the claim'
        if (changed === 'unknown') {
          const data = { step, attempt, action, target, outcome: 'unknown', ...reached, error } as const
          await appendEntries(tx, [{ ...common, kind: 'effect.ended', data }])
        }
        return row.outcome ?? 'unknown'
      })
    },

    /** Asks the target whether an effect of unknown outcome happened; what it says settles the claim. */
    async probe(input: SettleInput): Promise<ProbeAnswer['answer']> {
      const found = await ask(input)
      const { incident, step, attempt, atMs } = input
      const outcome = found.answer === 'done' ? 'succeeded' : 'failed'
      await inTransaction(pool, async tx => {
        if (found.answer !== 'cannot-tell') {
          await settleClaim(tx, input, {
            outcome,
            evidence: found.evidence,
            by: 'probe',
            atMs,
            from: 'unknown',
          })
        }
        const data = { step, attempt, answer: found.answer, evidence: found.evidence }
        await appendEntries(tx, [{ kind: 'effect.probed', actor: 'paramedic', atMs, incident, data }])
      })
      return found.answer
    },
  }

  /** What the preview called the things it counted. */
  async function unitOf(
    tx: Queryable,
    { incident, step, attempt }: SettleInput,
  ): Promise<string | undefined> {
    const saved = await readPlan(tx, attemptId(incident, step, attempt))
    return saved?.preview.unit
  }

  async function ask(input: SettleInput): Promise<ProbeAnswer> {
    const saved = await withCodedErrors(() =>
      readPlan(pool, attemptId(input.incident, input.step, input.attempt)),
    )
    const claim = await withCodedErrors(() => readClaim(pool, input))
    const target = dependencies.configuration.targets.find(candidate => candidate.name === input.target)
    if (saved === undefined || claim === undefined || target === undefined) {
      return {
        answer: 'cannot-tell',
        evidence: { problem: `no plan, claim or configured target ${input.target}` },
      }
    }
    const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(limits.checkTimeoutMs)])
    const about = { identity: saved.plan.target.identity, claimedAtMs: claim.claimedWallAtMs }
    try {
      return await anyAction(dependencies.actions, input.action).probe(
        target,
        saved.plan.parameters,
        about,
        signal,
      )
    } catch (error) {
      if (error instanceof CodedError && error.family === 'unavailable') throw error
      return {
        answer: 'cannot-tell',
        evidence: { problem: error instanceof Error ? error.message : String(error) },
      }
    }
  }
}
