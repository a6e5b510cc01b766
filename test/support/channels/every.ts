/** Every channel that reaches people outside this machine, for suites that all of them pass. */
import { pagerDutyStandIn } from './pagerduty.ts'
import { slackStandIn } from './slack.ts'
import { smtpStandIn } from './smtp.ts'
import type { StandIn } from './stand-in.ts'
import { telegramStandIn } from './telegram.ts'
import { webhookStandIn } from './webhook.ts'

export const channels: Record<string, () => Promise<StandIn>> = {
  webhook: webhookStandIn,
  slack: slackStandIn,
  pagerduty: pagerDutyStandIn,
  telegram: telegramStandIn,
  smtp: smtpStandIn,
}

/** What each answers when it will never take a notice, and when it may take it later. */
export const answers: Record<string, { final: number[]; passing: number[] }> = {
  webhook: { final: [301, 302, 307, 308, 400, 401, 403, 404, 410], passing: [408, 425, 429, 500, 502, 503] },
  slack: { final: [400, 403, 404, 410], passing: [429, 500, 503] },
  pagerduty: { final: [400, 401, 403, 404], passing: [408, 429, 500, 502, 503] },
  telegram: { final: [400, 401, 403, 404], passing: [429, 500, 502] },
  smtp: { final: [535, 550, 552, 554], passing: [421, 450, 451, 452] },
}
