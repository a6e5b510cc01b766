import type { Command } from 'commander'
import type { PostmortemView } from '../../contracts/postmortem-views.ts'
import { renderIncidentLog } from '../../postmortem/incident-log.ts'
import { renderMarkdown } from '../../postmortem/markdown.ts'
import { numberArgument, oneOf, wholeNumber, withExamples } from '../command-help.ts'
import { resolveNumber } from '../incident-number.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'

/** No incident has more versions. */
const lastVersion = 1_000_000

export function defineShow(noun: Command): void {
  const show = noun
    .command('show')
    .description('what people wrote, what is on record, and what is missing')
    .argument(...numberArgument)
    .option('--kept <version>', 'an older version, as it is kept', wholeNumber(1, lastVersion))
    .action((number: string, options: { kept?: number }, command: Command) =>
      inSession(command, session => showPostmortem(session, number, options.kept)),
    )
  withExamples(show, ['postmortem show latest', 'postmortem show 001 --kept 2'])
}

export function defineExport(noun: Command): void {
  const formats = ['markdown', 'json', 'amas'] as const
  const exporting = noun
    .command('export')
    .description('write it to standard output')
    .argument(...numberArgument)
    .option(
      '--format <format>',
      'markdown, json, or amas for an entry of an incident log',
      oneOf(formats),
      'markdown',
    )
    .action((number: string, options: { format: (typeof formats)[number] }, command: Command) =>
      inSession(command, session => exportPostmortem(session, number, options.format)),
    )
  withExamples(exporting, [
    'postmortem export 001 > post-mortem.md',
    'postmortem export 001 --format amas >> incident-log.md',
  ])
}

export async function fetchPostmortem(
  session: Session,
  written: string,
  version?: number,
): Promise<PostmortemView> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  return api.get<PostmortemView>(`/v1/incidents/${number}/postmortem`, { version })
}

async function showPostmortem(session: Session, written: string, version?: number): Promise<void> {
  const view = await fetchPostmortem(session, written, version)
  if (session.isJson) return session.printJson(view)
  session.terminal.print([...documentLines(view), '', ...whatNext(view, session)])
}

/** The document as a terminal may show it. */
export function documentLines(view: PostmortemView): string[] {
  return renderMarkdown(cleaned(view)).trimEnd().split('\n')
}

function whatNext({ incident, state, missing }: PostmortemView, { terminal: { paint } }: Session): string[] {
  if (state === 'published') return [paint.command(`npx paramedic postmortem export ${incident}`)]
  if (missing.length > 0) return [paint.command(`npx paramedic postmortem edit ${incident}`)]
  return [
    ...(state === 'reviewed' ? [] : [paint.command(`npx paramedic postmortem review ${incident}`)]),
    paint.command(`npx paramedic postmortem publish ${incident}`),
  ]
}

async function exportPostmortem(
  session: Session,
  written: string,
  format: 'markdown' | 'json' | 'amas',
): Promise<void> {
  const view = await fetchPostmortem(session, written)
  if (session.isJson || format === 'json') return session.printJson(view)
  session.terminal.write(format === 'markdown' ? renderMarkdown(view) : renderIncidentLog(view))
}
