import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import type { Severity } from '../contracts/incident.ts'
import type { News, Notice, Notifier } from '../contracts/notice.ts'
import type { PostmortemDeadline } from '../contracts/postmortem.ts'
import { type Outside, plainText, wordsOf } from './notice-words.ts'
import { clipped } from '../contracts/inert-text.ts'
import { isTaken, jsonIn, postNotice, refusalOf, wordIn } from './post-notice.ts'

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
const summaryLength = 1_024
/** A body has at most 512 KB; details this long fit whatever is escaped. */
const detailsLength = 30_000

/**
 * Events API v2. The incident's number is the dedup key: every page of an incident is one alarm there, acknowledged and
 * resolved with it. Calls for its post-mortem are a weaker alarm of their own, or they would set off one that was resolved. 202 is acceptance, 400 is final, 429 and 5xx are worth another try.
 */
export function createPagerDutyNotifier(
  { name, url, routingKey }: ChannelConfigurationOf<'pagerduty'>,
  outside: Outside,
): Notifier {
  return {
    name,
    kind: 'pagerduty',
    async send(notice, _to, signal) {
      const event = { routing_key: routingKey.reveal(), client: 'Paramedic', ...eventOf(notice, outside) }
      const body = JSON.stringify(event)
      const answer = await postNotice({
        channel: name,
        url,
        path: '/v2/enqueue',
        body,
        readsAnswer: true,
        signal,
      })
      const said = jsonIn(answer.body)
      if (!isTaken(answer)) {
        const status = wordIn(said['status'])
        throw refusalOf(name, answer, status === undefined ? {} : { said: status })
      }
      return typeof said['dedup_key'] === 'string' ? { answerId: clipped(said['dedup_key'], 255) } : {}
    },
  }
}

function eventOf(notice: Notice, outside: Outside): object {
  const dedup_key = dedupKeyOf(notice)
  const event_action = notice.kind === 'news' ? actions[notice.news.event] : 'trigger'
  if (event_action !== 'trigger') return { event_action, dedup_key }
  const words = wordsOf(notice, outside)
  return {
    event_action,
    dedup_key,
    payload: {
      summary: clipped(words.subject, summaryLength),
      source: sourceOf(notice),
      severity: severities[severityOf(notice)],
      custom_details: { text: clipped(plainText(words), detailsLength), key: notice.key },
    },
    ...(words.link === undefined
      ? {}
      : { links: [{ href: words.link, text: 'Commands of this incident' }], client_url: words.link }),
  }
}

const actions: Record<News['event'], 'trigger' | 'acknowledge' | 'resolve'> = {
  opened: 'trigger',
  severity: 'trigger',
  impact: 'trigger',
  mitigated: 'trigger',
  'recovery-lost': 'trigger',
  update: 'trigger',
  'needs-people': 'trigger',
  acknowledged: 'acknowledge',
  resolved: 'resolve',
}

const severities: Record<Severity, 'critical' | 'error' | 'warning' | 'info'> = {
  SEV1: 'critical',
  SEV2: 'error',
  SEV3: 'warning',
  SEV4: 'info',
}

const postmortemSeverities: Record<PostmortemDeadline, Severity> = { reminder: 'SEV4', escalation: 'SEV3' }

function dedupKeyOf(notice: Notice): string {
  if (notice.kind === 'page') {
    const { incident, postmortem } = notice.page
    return postmortem === undefined ? incident : `${incident}/post-mortem`
  }
  return notice.kind === 'news' ? notice.news.incident : notice.key
}

function sourceOf(notice: Notice): string {
  const about = notice.kind === 'page' ? notice.page : notice.kind === 'news' ? notice.news : undefined
  return about === undefined ? 'Paramedic' : clipped(about.system, 255)
}

/** A roll-up is as bad as the worst of what it names. */
function severityOf(notice: Notice): Severity {
  switch (notice.kind) {
    case 'page':
      return notice.page.postmortem === undefined
        ? notice.page.severity
        : postmortemSeverities[notice.page.postmortem.deadline]
    case 'news':
      return notice.news.severity
    case 'test':
      return 'SEV4'
    case 'roll-up':
      // SEV1 sorts before SEV2.
      return notice.of.map(severityOf).toSorted()[0] ?? 'SEV4'
    case 'supervision':
      return notice.isOver ? 'SEV4' : 'SEV2'
    default:
      return notice satisfies never
  }
}
