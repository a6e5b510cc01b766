import type { News, Notice } from '../../contracts/notice.ts'
import type { Page } from '../../contracts/page.ts'
import { type PostmortemDeadline, postmortemPageId } from '../../contracts/postmortem.ts'

export const somePage: Page = {
  id: 'INC-2026-03-14-003/page/0/1',
  incident: 'INC-2026-03-14-003',
  level: 1,
  functions: ['on-call', 'senior'],
  title: 'Orders is running out of database connections',
  severity: 'SEV2',
  severityLabel: 'High',
  system: 'orders',
  environment: 'production',
  because: 'it is not acknowledged after 15 minutes',
  openedAt: '2026-03-14T03:02:09.072Z',
  acknowledgeCommand: 'npx paramedic incident ack INC-2026-03-14-003',
}

const someNews: News = {
  event: 'resolved',
  incident: 'INC-2026-03-14-003',
  title: 'Orders is running out of database connections',
  severity: 'SEV2',
  system: 'orders',
  environment: 'production',
  openedAt: '2026-03-14T03:02:09.072Z',
  at: '2026-03-14T03:12:09.072Z',
  outcome: 'recovered',
}

export function aPage(changes: Partial<Page> = {}): Extract<Notice, { kind: 'page' }> {
  const page = { ...somePage, ...changes }
  return { kind: 'page', key: page.id, page }
}

/** A call for the post-mortem of that incident, as its workflow makes it. */
export function aPostmortemCall(
  deadline: PostmortemDeadline,
  changes: Partial<Page> = {},
): Extract<Notice, { kind: 'page' }> {
  return aPage({
    id: postmortemPageId(somePage.incident, deadline),
    functions: ['orders-team', 'on-call'],
    because:
      deadline === 'reminder'
        ? 'the post-mortem that orders owes is due at 2026-03-16 03:12 UTC'
        : 'the post-mortem that orders owes was due at 2026-03-16 03:12 UTC and is not published',
    acknowledgeCommand: `npx paramedic postmortem edit ${somePage.incident}`,
    postmortem: { deadline, owner: 'orders', dueAt: '2026-03-16T03:12:09.072Z' },
    ...changes,
  })
}

/** What Paramedic says about itself; without changes that it needs help. */
export function anAlarmAboutItself(
  changes: Partial<Extract<Notice, { kind: 'supervision' }>> = {},
): Extract<Notice, { kind: 'supervision' }> {
  return {
    kind: 'supervision',
    key: 'supervision/found/0123456789abcdef',
    isOver: false,
    title: 'Paramedic itself needs help: no worker polls',
    lines: ['no worker polls since 2026-03-14T03:02:09.072Z. To do: start one'],
    todo: 'start a worker',
    at: '2026-03-14T03:03:09.072Z',
    ...changes,
  }
}

export function aNews(changes: Partial<News> = {}): Extract<Notice, { kind: 'news' }> {
  const news = { ...someNews, ...changes }
  return { kind: 'news', key: `${news.incident}/news/${news.event}/orders-chat`, news }
}
