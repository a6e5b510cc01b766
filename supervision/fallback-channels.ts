import { CodedError } from '../contracts/coded-error.ts'
import type { Route } from '../contracts/configuration/people.ts'
import { limits } from '../contracts/limits.ts'
import type { Notifier, OwnTrouble } from '../contracts/notice.ts'
import type { Fallback, SupervisionMessage } from './fallback.ts'

/**
 * Tries the routes in order until one takes the message. Rejects with `target_unavailable` when none does; the message is
 * then tried again later, under the same id.
 */
export function createFallback(routes: readonly Route[], notifiers: readonly Notifier[]): Fallback {
  return {
    async send(message, signal) {
      const failures: string[] = []
      for (const { channel, to } of routes) {
        const notifier = notifiers.find(({ name }) => name === channel)
        const failure = await trySend(notifier, message, to, signal)
        if (failure === undefined) return channel
        failures.push(`${channel}: ${failure}`)
      }
      throw new CodedError(
        'target_unavailable',
        `No channel of the fallback took "${message.title}": ${failures.join('; ')}.`,
      )
    },
  }
}

/** Undefined when it took the message, else why not. */
async function trySend(
  notifier: Notifier | undefined,
  message: SupervisionMessage,
  to: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (notifier === undefined) return 'there is no such channel'
  const within = AbortSignal.any([signal, AbortSignal.timeout(limits.notifierTimeoutMs)])
  return notifier.send(noticeOf(message), to, within).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

function noticeOf({ id, isOver, title, lines, todo, atMs }: SupervisionMessage): OwnTrouble {
  return { kind: 'supervision', key: id, isOver, title, lines, todo, at: new Date(atMs).toISOString() }
}
