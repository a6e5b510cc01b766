import type { Notifier } from '../contracts/page.ts'

/** Pages into the log: always there, so that a page is at least written down. */
export function createLogNotifier(log: { warn(fields: object, message: string): void }): Notifier {
  return {
    name: 'log',
    async send(page) {
      log.warn({ page }, `page ${page.functions.join(', ')}: ${page.severity} ${page.incident} ${page.title}`)
    },
  }
}
