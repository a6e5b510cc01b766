import type { Command } from 'commander'
import type { RunbookInForceView, RunbookList } from '../../contracts/runbook-views.ts'
import type { FaultyRunbookFile } from '../../contracts/views.ts'
import { withExamples } from '../command-help.ts'
import { counted, shortHash } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { type Row, table } from '../terminal/table.ts'

export function define(noun: Command): void {
  const list = noun
    .command('list')
    .description('the runbooks that new incidents are opened with, and the files that are held back')
    .action((_: object, command: Command) => inSession(command, listRunbooks))
  withExamples(list, ['runbook list', 'runbook list --json'])
}

async function listRunbooks(session: Session): Promise<void> {
  const answer = await session.api().get<RunbookList>('/v1/runbooks')
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { paint } = terminal
  const { runbooks, faultyFiles } = cleaned(answer)
  terminal.print(faultyFiles.flatMap(one => faultyLines(one, session)))
  const [first] = runbooks
  if (first === undefined)
    return terminal.print([
      'No runbook is in force: a worker puts its folder in force when it starts, and you can send one.',
      paint.command('npx paramedic runbook sync <folder>'),
    ])
  const width = terminal.isInteractive ? terminal.width() : Infinity
  terminal.print([
    ...table([header, ...runbooks.map(one => rowOf(one, session))], paint, width),
    '',
    paint.command(`npx paramedic runbook show ${first.name}`),
  ])
}

function faultyLines({ file, faults, keeps, told, since }: FaultyRunbookFile, session: Session): string[] {
  const { paint } = session.terminal
  const age = humaneDuration(Math.max(0, session.now() - Date.parse(since)))
  const meanwhile =
    keeps === null ? '; no good version of it is known' : `; the last good version of ${keeps} stays in force`
  return [
    paint.bad(`✗ ${file} has ${counted(faults, 'fault')} and has been held back for ${age}${meanwhile}`),
    ...told.split('\n').map(line => `  ${line}`),
    '',
  ]
}

const header: Row = ['RUNBOOK', 'VERSION', 'SINCE', 'BY', 'FILE', 'TITLE'].map(text => ({
  text,
  tone: 'quiet' as const,
}))

function rowOf({ name, title, hash, file, since, way, by }: RunbookInForceView, { clock }: Session): Row {
  const at = Date.parse(since)
  return [
    { text: name, tone: 'strong' },
    shortHash(hash),
    `${clock.day(at)} ${clock.time(at)}`,
    whoInWords({ way, by }),
    file,
    oneLine(title),
  ]
}

export function whoInWords({ way, by }: Pick<RunbookInForceView, 'way' | 'by'>): string {
  return way === 'start' ? "a worker's start" : by
}
