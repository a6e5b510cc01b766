import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import { withCodedErrors } from '../store/database.ts'

/**
 * Gives work on PostgreSQL its time and not more: a database that hangs is as absent as one that is down, and our
 * senders give up after seconds. Throws `database_unavailable`. What was cut off may still commit; every request can
 * be repeated safely.
 */
export async function withinDatabaseWait<T>(
  work: () => Promise<T>,
  waitMs: number = limits.databaseWaitMs,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new CodedError('database_unavailable', `PostgreSQL of Paramedic did not answer within ${waitMs} ms.`),
      )
    }, waitMs)
  })
  try {
    return await Promise.race([withCodedErrors(work), late])
  } finally {
    clearTimeout(timer)
  }
}
