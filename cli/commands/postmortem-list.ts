import type { Command } from 'commander'
import type { PostmortemList, PostmortemSummary } from '../../contracts/postmortem-views.ts'
import { oneOf, wholeNumber, withExamples } from '../command-help.ts'
import { inSession, type Session } from '../session.ts'
import { severityTones } from '../story/heading.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { type Cell, type Row, table } from '../terminal/table.ts'

const states = ['due', 'overdue', 'draft', 'reviewed', 'published'] as const
const shownByDefault = 20
/** The service's own upper bound of one page. */
const largestPage = 200

interface ListOptions {
  state?: (typeof states)[number]
  limit: number
}

export function defineList(noun: Command): void {
  const list = noun
    .command('list')
    .description('post-mortems, those of the newest incidents first')
    .option('--state <state>', states.join(', '), oneOf(states))
    .option('--limit <count>', 'at most this many', wholeNumber(1, largestPage), shownByDefault)
    .action((options: ListOptions, command: Command) =>
      inSession(command, session => listPostmortems(session, options)),
    )
  withExamples(list, ['postmortem list --state overdue', 'postmortem list --state due --json'])
}

async function listPostmortems(session: Session, options: ListOptions): Promise<void> {
  const answer = await session.api().get<PostmortemList>('/v1/postmortems', { ...options })
  if (session.isJson) return session.printJson(answer)
  const { postmortems, nextCursor } = cleaned(answer)
  const { terminal } = session
  const [first] = postmortems
  if (first === undefined)
    return terminal.print(
      options.state === undefined
        ? ['There is no post-mortem yet; each closed incident leaves one.']
        : [`No post-mortem is ${options.state}.`, terminal.paint.command('npx paramedic postmortem list')],
    )
  const width = terminal.isInteractive ? terminal.width() : Infinity
  terminal.print(table([header, ...postmortems.map(one => rowOf(one, session))], terminal.paint, width))
  const waiting = postmortems.find(({ isOverdue }) => isOverdue) ?? postmortems.find(isUnpublished)
  terminal.print([
    ...(nextCursor === null ? [] : ['', terminal.paint.quiet('There are more: --limit shows more of them.')]),
    '',
    terminal.paint.command(
      waiting === undefined
        ? `npx paramedic postmortem show ${first.incident}`
        : `npx paramedic postmortem edit ${waiting.incident}`,
    ),
  ])
}

const header: Row = ['NUMBER', 'SEVERITY', 'STATE', 'VERSION', 'DUE', 'TO DO', 'OWNER', 'TITLE'].map(
  text => ({
    text,
    tone: 'quiet' as const,
  }),
)

function rowOf(one: PostmortemSummary, session: Session): Row {
  return [
    { text: one.incident, tone: isUnpublished(one) ? 'strong' : 'plain' },
    { text: one.severity, tone: severityTones[one.severity] },
    { text: one.state, tone: one.state === 'published' ? 'good' : 'plain' },
    String(one.version),
    due(one, session),
    one.openActionItems === 0 ? '' : String(one.openActionItems),
    oneLine(one.owner),
    oneLine(one.title),
  ]
}

function isUnpublished({ state }: PostmortemSummary): boolean {
  return state !== 'published'
}

function due({ dueAt, isOverdue, publishedAt }: PostmortemSummary, { now }: Session): Cell {
  if (dueAt === null || publishedAt !== null) return { text: '' }
  const ms = Date.parse(dueAt) - now()
  if (isOverdue) return { text: `${wholeDuration(-ms)} ago`, tone: 'bad' }
  return { text: `in ${wholeDuration(ms)}`, tone: 'attention' }
}
