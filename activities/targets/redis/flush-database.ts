import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetConfigurationOf } from '../../../contracts/configuration/targets.ts'
import type { redisActions } from '../../../contracts/targets/redis.ts'
import type { Action } from '../target.ts'
import { withRedis, type RedisSession } from './connection.ts'
import { redisIdentity } from './identity.ts'
import { askPlannedRun, onPlannedRun } from './planned-run.ts'

/** Empties the whole logical database; see the definition's fence. */
export const flushDatabase: Action<(typeof redisActions)['redis.flush_database']> = {
  identify: (target, signal) => withRedis(target, signal, redisIdentity),

  async plan(target, { at_most }, signal) {
    requireFlushable(target)
    const { size, database } = await withRedis(target, signal, async session => ({
      size: await sizeOf(session),
      database: session.database,
    }))
    const atMost = Math.min(at_most, target.limits?.atMost ?? Infinity)
    if (size > atMost) throw tooLarge(target.name, size, atMost)
    return {
      preview: {
        summary: `Would delete everything in database ${database} of ${target.name}: ${size} keys.`,
        wouldTouch: size,
        unit: 'keys',
        examples: [],
      },
      atMost,
    }
  },

  async apply(target, { at_most }, context) {
    requireFlushable(target)
    let touched = 0
    return onPlannedRun(
      target,
      context,
      () => touched,
      async (session, runId, pace) => {
        await pace.step()
        touched = await flush(session, target.name, runId, Math.min(context.atMost, at_most))
        return { touched, unit: 'keys', evidence: { database: session.database, runId } }
      },
    )
  },

  // Nothing in it is what the action wants, whoever brought it about; anything in it may have come since.
  probe: (target, _parameters, claim, signal) =>
    askPlannedRun(target, claim, signal, async session => {
      const size = await sizeOf(session)
      return { answer: size === 0 ? 'done' : 'cannot-tell', evidence: { keysLeft: size } }
    }),
}

/**
 * The fence, and it is exact: a script is atomic, so the server that compares its own run_id and counts its keys is the
 * server that empties itself, in the same moment. ASYNC frees the memory in the background; the keys are gone at once.
 */
const FLUSH_ON_RUN = `
  if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return {'another-run', 0} end
  local size = redis.call('DBSIZE')
  if size > tonumber(ARGV[2]) then return {'too-large', size} end
  redis.call('FLUSHDB', 'ASYNC')
  return {'flushed', size}`

/** Empties the database on the server of this run, and returns how many keys there were. Throws `identity_changed`, `above_limit`. */
export async function flush(
  session: RedisSession,
  name: string,
  runId: string,
  atMost: number,
): Promise<number> {
  const answer = await session.ask(redis => redis.eval(FLUSH_ON_RUN, 0, runId, String(atMost)))
  const [what, size] = Array.isArray(answer) ? (answer as unknown[]) : []
  if (what === 'flushed' && typeof size === 'number') return size
  if (what === 'too-large' && typeof size === 'number') throw tooLarge(name, size, atMost)
  if (what === 'another-run') {
    throw new CodedError(
      'identity_changed',
      `Another Redis process answers now; nothing was deleted in it.`,
      {
        fields: { plannedRunId: runId, touched: 0 },
      },
    )
  }
  throw new CodedError('target_rejected', 'The script that empties the database gave no answer it can give.')
}

async function sizeOf(session: RedisSession): Promise<number> {
  return session.ask(redis => redis.dbsize())
}

/** Part of a database cannot be flushed: what is larger than expected is not what somebody meant. */
function tooLarge(target: string, size: number, atMost: number): CodedError {
  return new CodedError(
    'above_limit',
    `${target} holds ${size} keys, more than the ${atMost} that may be deleted; a database is emptied whole or not at all.`,
    { fields: { target, size, atMost } },
  )
}

function requireFlushable({ name, rebuildableDatabase }: TargetConfigurationOf<'redis'>): void {
  if (rebuildableDatabase) return
  throw new CodedError(
    'not_rebuildable',
    `The database of ${name} may not be emptied: the target does not say that all of it can be rebuilt.`,
    { fields: { target: name }, hint: 'Say `rebuildable_database: true` there, if that is so.' },
  )
}
