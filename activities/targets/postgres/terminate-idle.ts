import { CodedError, isCodedError } from '../../../contracts/coded-error.ts'
import type { postgresActions } from '../../../contracts/targets/postgres.ts'
import { createPace } from '../pace.ts'
import { isSameIdentity, requireSameIdentity } from '../same-identity.ts'
import type { Action, Effect } from '../target.ts'
import { withPostgres, type PostgresSession } from './connection.ts'
import { postgresIdentity } from './identity.ts'
import {
  countIdleSessions,
  describeSession,
  endSession,
  idleSessions,
  type Ending,
  type IdleFilter,
  type SessionKey,
} from './idle-sessions.ts'

// A freeze takes effect at the next batch; ten statements take about ten round trips.
const BATCH = 10
const EXAMPLES = 5

/** Process ids of sessions by what became of them. */
type Endings = Record<Ending, number[]>

/** Ends client sessions that have been idle for a while, the longest idle first; see the definition's fence. */
export const terminateIdle: Action<(typeof postgresActions)['postgres.terminate_idle']> = {
  identify: (target, signal) => withPostgres(target, signal, postgresIdentity),

  plan: (target, parameters, signal) =>
    withPostgres(target, signal, async session => {
      const matching = await countIdleSessions(session, parameters)
      const examples = await idleSessions(session, parameters, Math.min(EXAMPLES, parameters.at_most))
      const wouldTouch = Math.min(matching, parameters.at_most)
      const limit = matching > wouldTouch ? `, the longest idle of ${matching} (at_most)` : ''
      return {
        preview: {
          summary: `Would end ${wouldTouch} client sessions of ${target.name} idle for at least ${parameters.idle_longer_than / 1_000} s${limit}.`,
          wouldTouch,
          unit: 'sessions',
          examples: examples.map(describeSession),
        },
        atMost: parameters.at_most,
      }
    }),

  apply: (target, parameters, context) => {
    const done: Endings = { ended: [], gone: [], refused: [] }
    const pace = createPace(context, () => done.ended.length, BATCH)
    const work = async (session: PostgresSession): Promise<Effect> => {
      requireSameIdentity(target.name, context.identity, await postgresIdentity(session))
      // Chosen anew: the sessions of the preview may have gone back to work while somebody was deciding.
      const chosen = await idleSessions(session, parameters, Math.min(context.atMost, parameters.at_most))
      for (const key of chosen) {
        await pace.step()
        done[await endOne(session, parameters, key, done)].push(key.pid)
      }
      return effectOf(target.name, done)
    }
    return withPostgres(target, context.signal, work, pace)
  },

  // The set of idle sessions changes by itself, so what is idle now says nothing of what was ended then. Only when
  // nothing matches is the action's end reached, whoever reached it, and doing it again would touch nothing.
  probe: (target, parameters, claim, signal) =>
    withPostgres(target, signal, async session => {
      const found = await postgresIdentity(session)
      if (!isSameIdentity(claim.identity, found))
        return { answer: 'cannot-tell', evidence: { identityNow: found } }
      const matching = await countIdleSessions(session, parameters)
      return { answer: matching === 0 ? 'done' : 'cannot-tell', evidence: { idleSessionsNow: matching } }
    }),
}

/** A failure half-way says what was done before and which session may have been ended without an answer. */
async function endOne(
  session: PostgresSession,
  filter: IdleFilter,
  key: SessionKey,
  done: Endings,
): Promise<Ending> {
  try {
    return await endSession(session, filter, key)
  } catch (error) {
    if (!isCodedError(error)) throw error
    throw new CodedError(error.code, `${error.message} Ended before: ${done.ended.length} sessions.`, {
      fields: { ...error.fields, touched: done.ended.length, pidsEnded: done.ended, pidInDoubt: key.pid },
    })
  }
}

function effectOf(target: string, { ended, gone, refused }: Endings): Effect {
  if (ended.length === 0 && refused.length > 0) throw mayEndNone(target, refused)
  return {
    touched: ended.length,
    unit: 'sessions',
    evidence: { pidsEnded: ended, pidsGone: gone, pidsRefused: refused },
  }
}

function mayEndNone(target: string, refused: number[]): CodedError {
  return new CodedError(
    'target_rejected',
    `The role of Paramedic may end none of the ${refused.length} idle sessions of ${target}.`,
    {
      fields: { target, touched: 0, pidsRefused: refused },
      hint: 'Run on the target: GRANT pg_signal_backend TO <the role in the connection URL>',
    },
  )
}
