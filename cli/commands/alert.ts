import type { Command } from 'commander'
import type { AlertEpisode, AlertEpisodes } from '../../contracts/rule-views.ts'
import { wholeNumber, withExamples } from '../command-help.ts'
import { inSession, type Session } from '../session.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { table, type Row } from '../terminal/table.ts'

interface ListOptions {
  system?: string
  name?: string
  limit: number
}

/** The service's own upper bound of one page. */
const largestPage = 200
const shownByDefault = { list: largestPage, history: 50 } as const

export function define(noun: Command): void {
  const list = withFilters(noun, 'list', 'what fires now, whatever reported it').action(
    (options: ListOptions, command: Command) => inSession(command, session => listActive(session, options)),
  )
  withExamples(list, ['alert list', 'alert list --system shop --json'])
  const history = withFilters(noun, 'history', 'what has fired, the newest first').action(
    (options: ListOptions, command: Command) => inSession(command, session => listHistory(session, options)),
  )
  withExamples(history, ['alert history', 'alert history --name ShopDown --limit 200'])
}

function withFilters(noun: Command, name: keyof typeof shownByDefault, description: string): Command {
  return noun
    .command(name)
    .description(description)
    .option('--system <name>', 'only of this system')
    .option('--name <alert>', 'only alerts of this name')
    .option('--limit <count>', 'at most this many', wholeNumber(1, largestPage), shownByDefault[name])
}

async function listActive(session: Session, options: ListOptions): Promise<void> {
  const answer = await session.api().get<AlertEpisodes>('/v1/alerts/active', { ...options })
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { alerts, nextCursor } = cleaned(answer)
  if (alerts.length === 0) return terminal.print(['No alert fires.', '', ...see(session, 'alert history')])
  const rows = alerts.map(alert => activeRow(alert, session))
  print(session, ['ALERT', 'SEVERITY', 'FOR', 'SYSTEM', 'INCIDENT', 'SUMMARY'], rows, nextCursor)
  const incident = alerts.find(alert => alert.incident !== null)?.incident
  if (incident !== undefined) terminal.print(['', ...see(session, `incident show ${incident}`)])
}

async function listHistory(session: Session, options: ListOptions): Promise<void> {
  const answer = await session.api().get<AlertEpisodes>('/v1/alerts/history', { ...options })
  if (session.isJson) return session.printJson(answer)
  const { alerts, nextCursor } = cleaned(answer)
  if (alerts.length === 0)
    return session.terminal.print(['No alert has fired yet.', '', ...see(session, 'rule list')])
  const rows = alerts.map(alert => historyRow(alert, session))
  const zone = session.clock.zone(session.now())
  print(
    session,
    [`FIRED (${zone})`, 'LASTED', 'ALERT', 'SEVERITY', 'SYSTEM', 'INCIDENT', 'SUMMARY'],
    rows,
    nextCursor,
  )
  const incident = alerts.find(alert => alert.incident !== null)?.incident
  if (incident !== undefined) session.terminal.print(['', ...see(session, `incident show ${incident}`)])
}

function activeRow(alert: AlertEpisode, session: Session): Row {
  const now = session.now()
  return [
    { text: oneLine(alert.name), tone: 'bad' },
    labelOf(alert, 'severity'),
    wholeDuration(now - Date.parse(alert.startsAt)),
    labelOf(alert, 'system'),
    alert.incident ?? '–',
    `${mutedInWords(alert, session)}${summaryOf(alert)}`,
  ]
}

function historyRow(alert: AlertEpisode, { clock, now }: Session): Row {
  const startedMs = Date.parse(alert.startsAt)
  const endedMs = alert.endsAt === null ? undefined : Date.parse(alert.endsAt)
  return [
    clock.near(startedMs, now()),
    endedMs === undefined ? { text: 'fires', tone: 'bad' } : wholeDuration(endedMs - startedMs),
    oneLine(alert.name),
    labelOf(alert, 'severity'),
    labelOf(alert, 'system'),
    alert.incident ?? '–',
    summaryOf(alert),
  ]
}

/** First, because the end of a row is cut off where a terminal is narrow. */
function mutedInWords({ mutedUntil }: AlertEpisode, { clock, now }: Session): string {
  return mutedUntil === null ? '' : `quiet until ${clock.near(Date.parse(mutedUntil), now())}: `
}

function labelOf({ labels }: AlertEpisode, name: string): string {
  return oneLine(labels[name] ?? '–')
}

function summaryOf({ annotations }: AlertEpisode): string {
  return oneLine(annotations['description'] ?? annotations['summary'] ?? '')
}

function print(session: Session, header: string[], rows: Row[], nextCursor: number | null): void {
  const { terminal } = session
  const titles = header.map(text => ({ text, tone: 'quiet' as const }))
  const width = terminal.isInteractive ? terminal.width() : Infinity
  terminal.print(table([titles, ...rows], terminal.paint, width))
  if (nextCursor === null) return
  terminal.print([
    '',
    terminal.paint.quiet('There are more: --limit shows up to 200, --name and --system narrow it.'),
  ])
}

function see({ terminal: { paint } }: Session, command: string): string[] {
  return [paint.command(`npx paramedic ${command}`)]
}
