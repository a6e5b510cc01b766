import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import type { Notifier, Page } from '../contracts/page.ts'
import type { Fallback, SupervisionMessage } from './fallback.ts'

/**
 * Tries the channels in order until one takes the message. Rejects with `target_unavailable` when none does; the message is
 * then tried again later, under the same id.
 */
export function createFallback(
  channels: readonly { name: string; notifier: Notifier | undefined }[],
): Fallback {
  return {
    async send(message, signal) {
      const failures: string[] = []
      for (const { name, notifier } of channels) {
        const failure = await tryChannel(notifier, message, signal)
        if (failure === undefined) return name
        failures.push(`${name}: ${failure}`)
      }
      throw new CodedError(
        'target_unavailable',
        `No channel of the fallback took "${message.title}": ${failures.join('; ')}.`,
      )
    },
  }
}

/** Undefined when it took the message, else why not. */
async function tryChannel(
  notifier: Notifier | undefined,
  message: SupervisionMessage,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (notifier === undefined) return 'nothing sends through this kind of channel yet'
  const within = AbortSignal.any([signal, AbortSignal.timeout(limits.notifierTimeoutMs)])
  return notifier.send(pageOf(message), within).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

/** Channels know pages: this one is about Paramedic, and its command is the look at it. */
function pageOf({ id, title, lines, todo, atMs }: SupervisionMessage): Page {
  return {
    id,
    incident: 'paramedic',
    level: 0,
    functions: ['fallback'],
    title,
    severity: 'SEV2',
    system: 'paramedic',
    environment: 'itself',
    because: [...lines, `To do: ${todo}`].join('\n'),
    openedAt: new Date(atMs).toISOString(),
    acknowledgeCommand: 'npx paramedic doctor',
  }
}
