import type { Notifier } from '../contracts/notice.ts'
import { type Outside, wordsOf } from './notice-words.ts'

/** Writes into the log: always there, so that a page is at least written down. */
export function createLogNotifier(
  { name }: { name: string },
  outside: Outside,
  log: { warn(fields: object, message: string): void },
): Notifier {
  return {
    name,
    kind: 'log',
    async send(notice) {
      const { subject } = wordsOf(notice, outside)
      const called = notice.kind === 'page' ? ` ${notice.page.functions.join(', ')}` : ''
      log.warn({ notice }, `${notice.kind}${called}: ${subject}`)
      return {}
    },
  }
}
