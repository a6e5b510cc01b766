import { CodedError, isCodedError } from '../../../contracts/coded-error.ts'
import type { RedisSession } from './connection.ts'

/** Keys of one UNLINK; Lua's unpack takes 8,000 at most, and the server serves nobody else meanwhile. */
export const UNLINK_BATCH = 500

/**
 * The fence, and it is exact: a script is atomic, so the server that compares its own run_id is the server that deletes,
 * in the same moment. Checking once per connection would do while a connection stays with one process; behind a
 * proxy that spreads commands it would not, and INFO costs 20 µs a batch. Answers -1 when the run_id is another.
 */
const UNLINK_ON_RUN = `
  if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return -1 end
  return redis.call('UNLINK', unpack(KEYS))`

/**
 * Deletes these keys on the server of this run and returns how many there were. Throws `identity_changed` when another
 * server answers, and target errors with `touched` (deleted before) and `keysInDoubt` (sent, no answer) in their fields.
 */
export async function unlinkBatch(
  session: RedisSession,
  runId: string,
  keys: Buffer[],
  touchedBefore: number,
): Promise<number> {
  const answer = await session
    .ask(redis => redis.eval(UNLINK_ON_RUN, keys.length, ...keys, runId))
    .catch((error: unknown) => {
      throw withProgress(error, touchedBefore, keys.length)
    })
  if (answer === -1) {
    throw new CodedError(
      'identity_changed',
      `Another Redis process answers now; ${touchedBefore} keys were deleted on the planned one.`,
      {
        fields: { plannedRunId: runId, touched: touchedBefore },
      },
    )
  }
  if (typeof answer !== 'number')
    throw new CodedError('target_rejected', 'UNLINK was not answered with a number.')
  return answer
}

function withProgress(error: unknown, touched: number, sent: number): unknown {
  if (!isCodedError(error)) return error
  const keysInDoubt = error.code === 'target_unavailable' ? sent : 0
  const told = `${error.message} Deleted before: ${touched} keys${keysInDoubt > 0 ? `; no answer for ${keysInDoubt} more` : ''}.`
  return new CodedError(error.code, told, { fields: { ...error.fields, touched, keysInDoubt } })
}
