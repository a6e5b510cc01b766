import type { News, Notice } from '../../contracts/notice.ts'
import type { Page } from '../../contracts/page.ts'

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

export const someNews: News = {
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

export function aNews(changes: Partial<News> = {}): Extract<Notice, { kind: 'news' }> {
  const news = { ...someNews, ...changes }
  return { kind: 'news', key: `${news.incident}/news/${news.event}/orders-chat`, news }
}
