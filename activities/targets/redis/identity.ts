import { CodedError } from '../../../contracts/coded-error.ts'
import type { TargetIdentity } from '../../../contracts/plan.ts'
import type { RedisSession } from './connection.ts'

/** What makes a Redis this one: the id of the server process's run, new at every start, and the logical database. */
export async function redisIdentity(session: RedisSession): Promise<TargetIdentity> {
  const runId = await infoField(session, 'server', 'run_id')
  return { runId, database: String(session.database) }
}

/** One field of INFO. Throws `target_rejected` when the server does not tell it. */
export async function infoField(
  session: RedisSession,
  section: 'server' | 'memory',
  field: string,
): Promise<string> {
  const info = await session.ask(redis => redis.info(section))
  const line = info.split('\r\n').find(text => text.startsWith(`${field}:`))
  if (line === undefined)
    throw new CodedError('target_rejected', `INFO ${section} of the Redis has no field ${field}.`)
  return line.slice(field.length + 1)
}
