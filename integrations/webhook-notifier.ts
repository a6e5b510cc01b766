import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import type { Notifier } from '../contracts/page.ts'
import { CodedError } from '../contracts/coded-error.ts'
import type { Secret } from '../contracts/secret.ts'

/**
 * Pages by a signed POST in the form of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature). The id is the
 * page's, the same for each repetition, so that a receiver drops doubles. Redirects are not followed.
 */
export function createWebhookNotifier(options: { url: string; signingSecret: Secret }): Notifier {
  const webhook = new Webhook(options.signingSecret.reveal())
  return {
    name: 'webhook',
    async send(page, signal) {
      const body = JSON.stringify({ type: 'page', timestamp: page.openedAt, data: page })
      const at = new Date()
      const { statusCode, body: answer } = await request(options.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': page.id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': webhook.sign(page.id, at, body),
        },
        body,
        signal,
      }).catch((error: unknown) => {
        throw new CodedError(
          'target_unavailable',
          `The page webhook did not answer: ${error instanceof Error ? error.message : 'unknown'}.`,
        )
      })
      // Read and thrown away, so that the connection can be used again.
      await answer.dump()
      if (statusCode >= 200 && statusCode < 300) return
      const code = statusCode >= 500 || statusCode === 429 ? 'target_unavailable' : 'target_rejected'
      throw new CodedError(code, `The page webhook answered ${statusCode}.`)
    },
  }
}
