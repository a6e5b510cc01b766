import type { Notice, Notifier } from '../contracts/notice.ts'
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
      log.warn({ notice }, `${whatItIs(notice)}: ${subject}`)
      return {}
    },
  }
}

function whatItIs(notice: Notice): string {
  if (notice.kind !== 'page') return notice.kind
  const { postmortem, functions } = notice.page
  return `${postmortem === undefined ? 'page' : `post-mortem ${postmortem.deadline}`} ${functions.join(', ')}`
}
