import { CodedError } from '../contracts/coded-error.ts'
import type { Route } from '../contracts/configuration/people.ts'
import type { Receipt, SingleNotice } from '../contracts/notice.ts'

/** One notice that wants to go out by one channel. */
export interface Sending {
  recipient: string
  route: Route
  notice: SingleNotice
  incident?: string
  /** False: PostgreSQL does not answer. Then this process keeps the pace by itself and nothing is written down. */
  isRecordable: boolean
  /** Nobody waits for a turn beyond this. */
  untilMs: number
  signal: AbortSignal
}

/** The message a notice went out in, when it went with others. */
export type Sent = Receipt & { rollUp?: string }

/** Its turn did not come in time; that is no failed try. */
export function notItsTurn(channel: string): CodedError {
  return new CodedError('target_unavailable', `Channel ${channel} has sent all it may for now.`, {
    fields: { isWaiting: true },
  })
}
