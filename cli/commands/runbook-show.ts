import type { Command } from 'commander'
import type { RunbookHistoryView, RunbookVersionView } from '../../contracts/runbook-views.ts'
import { withExamples } from '../command-help.ts'
import { shortHash } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { type Row, table } from '../terminal/table.ts'
import { whoInWords } from './runbook-list.ts'

const nameArgument = ['<name>', 'the name of a runbook, as `runbook list` has it'] as const

export function define(noun: Command): void {
  const show = noun
    .command('show')
    .description('a runbook in force, or any version it ever had, as it was written')
    .argument(...nameArgument)
    .option('--kept <hash>', 'another version that is kept: the first 6 or more signs of its hash')
    .action((name: string, { kept }: { kept?: string }, command: Command) =>
      inSession(command, session => showRunbook(session, name, kept)),
    )
  withExamples(
    show,
    ['runbook show pool-exhausted', 'runbook show pool-exhausted --kept 3f0d4a1b2c5e > before.yaml'],
    ['What is printed is the file, with one comment above it.'],
  )

  const history = noun
    .command('history')
    .description('who put which version of a runbook in force when, the newest first')
    .argument(...nameArgument)
    .action((name: string, _: object, command: Command) =>
      inSession(command, session => tellHistory(session, name)),
    )
  withExamples(history, ['runbook history pool-exhausted'])
}

async function showRunbook(session: Session, name: string, version: string | undefined): Promise<void> {
  const answer = await session
    .api()
    .get<RunbookVersionView>(`/v1/runbooks/${encodeURIComponent(name)}`, { version })
  if (session.isJson) return session.printJson(answer)
  const { terminal, clock } = session
  const { hash, inForce, keptAt, source } = cleaned(answer)
  const state =
    inForce === null
      ? `not in force, known since ${clock.exact(Date.parse(keptAt))}`
      : `in force since ${clock.exact(Date.parse(inForce.since))}, by ${whoInWords(inForce)}, from ${inForce.file}`
  terminal.print([terminal.paint.quiet(`# ${name} ${shortHash(hash)}: ${state}`), ...linesOf(source)])
}

function linesOf(source: string): string[] {
  return source.replace(/\n$/, '').split('\n')
}

async function tellHistory(session: Session, name: string): Promise<void> {
  const answer = await session
    .api()
    .get<RunbookHistoryView>(`/v1/runbooks/${encodeURIComponent(name)}/history`)
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { changes } = cleaned(answer)
  const width = terminal.isInteractive ? terminal.width() : Infinity
  const older = changes.flatMap(({ before }) => before ?? [])[0]
  terminal.print([
    ...table([header, ...changes.map(one => rowOf(one, session))], terminal.paint, width),
    ...(older === undefined
      ? []
      : ['', terminal.paint.command(`npx paramedic runbook show ${name} --kept ${shortHash(older)}`)]),
  ])
}

const header: Row = ['AT', 'BY', 'CHANGE', 'VERSION', 'INSTEAD OF', 'FILE'].map(text => ({
  text,
  tone: 'quiet' as const,
}))

function rowOf(one: RunbookHistoryView['changes'][number], { clock }: Session): Row {
  const at = Date.parse(one.at)
  return [
    `${clock.day(at)} ${clock.time(at)}`,
    whoInWords(one),
    { text: changeInWords[one.change], tone: one.change === 'removed' ? 'attention' : 'plain' },
    one.hash === null ? '–' : shortHash(one.hash),
    one.before === null ? '–' : shortHash(one.before),
    one.file ?? '',
  ]
}

const changeInWords: Record<RunbookHistoryView['changes'][number]['change'], string> = {
  new: 'put in force',
  changed: 'changed',
  rewritten: 'written otherwise',
  removed: 'taken out of force',
}
