import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { chaptersOf } from '../explain/chapters.ts'
import { flowchartOf } from '../explain/flowchart.ts'
import { tellChapters } from '../explain/tell.ts'
import { shortHash } from '../narrate/narration.ts'
import { readRunbook, runbookArgument, tellFaults, type RunbookFile } from '../runbook/read.ts'
import { inSession, type Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { wrap } from '../terminal/width.ts'

interface Options {
  mermaid?: true
}

export function define(noun: Command): void {
  const explain = noun
    .command('explain')
    .description('a runbook as one person tells it to another, with its flow as a Mermaid diagram')
    .argument('<runbook>', runbookArgument)
    .option('--mermaid', 'only the diagram')
    .action((given: string, options: Options, command: Command) =>
      inSession(command, session => explainRunbook(session, given, options)),
    )
  withExamples(explain, [
    'runbook explain pool-exhausted',
    'runbook explain runbooks/shop/pool-exhausted.yaml --mermaid > flow.mmd',
  ])
}

async function explainRunbook(session: Session, given: string, { mermaid }: Options): Promise<ExitCode> {
  const read = await readRunbook(given)
  if ('faults' in read) {
    tellFaults(session, [read])
    return exitCodes.refused
  }
  const { file, runbook, hash } = read
  const [chapters, flowchart] = [chaptersOf(runbook), flowchartOf(runbook)]
  if (session.isJson) {
    const { name, title, owner, source } = runbook
    session.printJson({ file, name, title, owner, source, hash, chapters, mermaid: flowchart })
  } else if (mermaid) {
    session.terminal.print(flowchart.split('\n'))
  } else {
    const { paint, width } = session.terminal
    const page = { paint, width: width() }
    session.terminal.print([
      ...heading(read, session),
      ...tellChapters(chapters, page),
      '',
      paint.strong('AS A DIAGRAM'),
      '```mermaid',
      ...flowchart.split('\n'),
      '```',
    ])
  }
  return exitCodes.ok
}

function heading({ file, runbook, hash }: RunbookFile, { terminal }: Session): string[] {
  const { paint } = terminal
  const { name, title, owner, source } = runbook
  const facts = [
    `owner ${owner}`,
    ...(source === undefined ? [] : [`from ${oneLine(source)}`]),
    `version ${shortHash(hash)}`,
    oneLine(file),
  ]
  return [
    ...wrap(`${name}: ${oneLine(title)}`, terminal.width()).map(paint.strong),
    ...wrap(facts.join(' · '), terminal.width()).map(paint.quiet),
  ]
}
