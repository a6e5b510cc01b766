import type { Command } from 'commander'
import type { ActionItemList } from '../../contracts/postmortem-views.ts'
import { numberArgument, oneOf, wholeNumber, withExamples } from '../command-help.ts'
import { resolveNumber } from '../incident-number.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { type Row, table } from '../terminal/table.ts'

const states = ['open', 'overdue', 'done'] as const
const shownByDefault = 50
/** The service's own upper bound of one page. */
const largestPage = 200

interface ListOptions {
  state: (typeof states)[number]
  owner?: string
  limit: number
}

export function define(noun: Command): void {
  withExamples(
    noun
      .command('list')
      .description('what was promised in post-mortems, what is due first on top')
      .option('--state <state>', `${states.join(', ')}; default open`, oneOf(states), 'open')
      .option('--owner <name>', 'only of this person or team')
      .option('--limit <count>', 'at most this many', wholeNumber(1, largestPage), shownByDefault)
      .action((options: ListOptions, command: Command) =>
        inSession(command, session => listItems(session, options)),
      ),
    ['action list', 'action list --state overdue --owner mia'],
  )
  withExamples(
    noun
      .command('done')
      .description('say that an action item is done')
      .argument(...numberArgument)
      .argument('<item>', 'its number within the incident', wholeNumber(1, 1_000_000))
      .option('--note <text>', 'what there is to say about it')
      .action((number: string, item: number, options: { note?: string }, command: Command) =>
        inSession(command, session => finish(session, number, item, options.note)),
      ),
    ['action done 001 2', 'action done 001 2 --note "released with 2.4"'],
  )
}

async function listItems(session: Session, options: ListOptions): Promise<void> {
  const answer = await session.api().get<ActionItemList>('/v1/action-items', { ...options })
  if (session.isJson) return session.printJson(answer)
  const { actionItems, nextCursor } = cleaned(answer)
  const { terminal } = session
  if (actionItems.length === 0)
    return terminal.print([
      `No action item is ${options.state}; post-mortems promise them:`,
      terminal.paint.command('npx paramedic postmortem list'),
    ])
  const width = terminal.isInteractive ? terminal.width() : Infinity
  terminal.print(table([header, ...actionItems.map(rowOf)], terminal.paint, width))
  const next = actionItems.find(({ doneAt }) => doneAt === null)
  terminal.print([
    ...(nextCursor === null ? [] : ['', terminal.paint.quiet('There are more: --limit shows more of them.')]),
    ...(next === undefined
      ? []
      : ['', terminal.paint.command(`npx paramedic action done ${next.incident} ${next.item}`)]),
  ])
}

const header: Row = ['INCIDENT', 'ITEM', 'DUE', 'OWNER', 'WHAT'].map(text => ({
  text,
  tone: 'quiet' as const,
}))

function rowOf(one: ActionItemList['actionItems'][number]): Row {
  const done = one.doneAt === null ? '' : `done ${one.doneAt.slice(0, 10)} by ${one.doneBy}`
  return [
    one.incident,
    String(one.item),
    { text: done || (one.dueOn ?? 'no date'), tone: one.isOverdue ? 'bad' : 'plain' },
    oneLine(one.owner ?? 'nobody'),
    oneLine(one.text),
  ]
}

async function finish(session: Session, written: string, item: number, note?: string): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const answer = await api.post<{ isFirst: boolean; by: string; at: string }>(
    `/v1/incidents/${number}/action-items/${item}/done`,
    note === undefined ? {} : { note },
  )
  if (session.isJson) return session.printJson(answer)
  const { terminal, clock, now } = session
  const { isFirst, by, at } = cleaned(answer)
  terminal.print([
    isFirst
      ? terminal.paint.good(`Action item ${item} of ${number} is done.`)
      : `Action item ${item} of ${number} was done before, by ${by} at ${clock.near(Date.parse(at), now())}.`,
    terminal.paint.command('npx paramedic action list'),
  ])
}
