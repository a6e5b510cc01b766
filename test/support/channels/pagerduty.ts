/** PagerDuty's Events API v2: https://developer.pagerduty.com/docs/events-api-v2/overview/ */
import { z } from 'zod'
import { Secret } from '../../../contracts/secret.ts'
import { createNotifier } from '../../../integrations/notifiers.ts'
import { configuredUrl } from '../configured-url.ts'
import { json, outside, retryAfter, serveHttp, silent, type StandIn, textsIn } from './stand-in.ts'

const routingKey = 'canaryroutingkey0123456789abcdef'

const event = z
  .strictObject({
    routing_key: z.literal(routingKey),
    event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
    dedup_key: z.string().min(1).max(255),
    client: z.string().optional(),
    client_url: z.url().optional(),
    links: z.array(z.strictObject({ href: z.url(), text: z.string() })).optional(),
    payload: z
      .strictObject({
        summary: z.string().min(1).max(1_024),
        source: z.string().min(1),
        severity: z.enum(['critical', 'error', 'warning', 'info']),
        custom_details: z.record(z.string(), z.unknown()),
      })
      .optional(),
  })
  .refine(({ event_action, payload }) => (event_action === 'trigger') === (payload !== undefined))

export type PagerDutyEvent = z.output<typeof event>

export async function pagerDutyStandIn(): Promise<StandIn & { events: PagerDutyEvent[] }> {
  const events: PagerDutyEvent[] = []
  const { url, ...server } = await serveHttp({
    read(request, body) {
      if (request.method !== 'POST' || request.url !== '/v2/enqueue')
        return { problem: `${request.method} ${request.url}`, status: 404 }
      if (body.length > 512 * 1_024) return { problem: 'larger than 512 KB', status: 413 }
      const read = event.safeParse(JSON.parse(body))
      if (!read.success) return { problem: z.prettifyError(read.error), status: 400 }
      events.push(read.data)
      const { routing_key: _, ...shown } = read.data
      return { key: read.data.dedup_key, shown: textsIn(shown).join('\n') }
    },
    accept: (response, { key }) =>
      json(response, 202, { status: 'success', message: 'Event processed', dedup_key: key }),
    refuse: (response, { status, retryAfterSeconds }) =>
      json(
        response,
        status,
        {
          status: status === 429 ? 'throttle exceeded' : 'invalid event',
          message: 'Event object is invalid',
        },
        retryAfter(retryAfterSeconds),
      ),
  })
  const channel = {
    name: 'pager',
    kind: 'pagerduty',
    routingKey: new Secret(routingKey),
    url: configuredUrl(url),
  } as const
  return {
    ...server,
    events,
    notifier: createNotifier(channel, { outside, log: silent }),
    secrets: [routingKey],
  }
}
