/** A receiver of Standard Webhooks: verifies each signature with the library of the specification. */
import { Webhook } from 'standardwebhooks'
import { Secret } from '../../../contracts/secret.ts'
import { createNotifier } from '../../../integrations/notifiers.ts'
import { configuredUrl } from '../configured-url.ts'
import { outside, retryAfter, serveHttp, silent, type StandIn, textsIn } from './stand-in.ts'

export async function webhookStandIn(): Promise<StandIn> {
  const canary = Buffer.from('the canary of the webhook').toString('base64')
  const webhook = new Webhook(`whsec_${canary}`)
  const { url, ...server } = await serveHttp({
    read(request, body) {
      if (request.method !== 'POST' || request.url !== '/pages')
        return { problem: `${request.method} ${request.url}`, status: 404 }
      try {
        // The three headers it reads are strings.
        const event = webhook.verify(body, request.headers as Record<string, string>)
        return { key: String(request.headers['webhook-id']), shown: textsIn(event).join('\n') }
      } catch (error) {
        return { problem: String(error), status: 401 }
      }
    },
    accept: response => void response.writeHead(204).end(),
    refuse: (response, { status, retryAfterSeconds }) =>
      void response.writeHead(status, retryAfter(retryAfterSeconds)).end(),
  })
  const channel = {
    name: 'hook',
    kind: 'webhook',
    url: configuredUrl(`${url}/pages`),
    signingSecret: new Secret(`whsec_${canary}`),
  } as const
  return { ...server, notifier: createNotifier(channel, { outside, log: silent }), secrets: [canary] }
}
