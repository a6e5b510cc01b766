import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { compareRunbooks } from '../compare/runbooks.ts'
import { tellChanges } from '../compare/tell.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { shortHash } from '../narrate/narration.ts'
import { readRunbook, runbookArgument, tellFaults, type RunbookFile } from '../runbook/read.ts'
import { inSession, type Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'

interface Options {
  check?: true
}

export function define(noun: Command): void {
  const diff = noun
    .command('diff')
    .description('what changes from one version of a runbook to another, in words; what loosens safety first')
    .argument('<before>', runbookArgument)
    .argument('<after>', 'the same')
    .option('--check', 'exit with 1 when anything changed that loosens safety')
    .action((before: string, after: string, options: Options, command: Command) =>
      inSession(command, session => diffRunbooks(session, before, after, options)),
    )
  withExamples(
    diff,
    [
      'runbook diff pool-exhausted draft.yaml',
      'runbook diff before.yaml after.yaml --check',
      'runbook diff <(git show main:runbooks/default.yaml) default',
    ],
    [
      'A difference is an answer and no fault: the exit code is 0 with or without one, unless `--check` is given.',
    ],
  )
}

async function diffRunbooks(
  session: Session,
  given: string,
  other: string,
  { check }: Options,
): Promise<ExitCode> {
  const before = await readRunbook(given)
  const after = await readRunbook(other)
  if ('faults' in before || 'faults' in after) {
    tellFaults(
      session,
      [before, after].filter(read => 'faults' in read),
    )
    return exitCodes.refused
  }
  const changes = compareRunbooks(before.runbook, after.runbook)
  if (session.isJson) {
    session.printJson({ before: identity(before), after: identity(after), changes })
  } else {
    const { terminal } = session
    terminal.print([
      terminal.paint.strong(`From ${named(before)}`),
      terminal.paint.strong(`  to ${named(after)}`),
      ...tellChanges(changes, { paint: terminal.paint, width: terminal.width() }),
    ])
  }
  const isLoosened = changes.some(({ effect }) => effect === 'loosens')
  return check && isLoosened ? exitCodes.refused : exitCodes.ok
}

function identity({ file, runbook, hash }: RunbookFile): object {
  return { file, name: runbook.name, hash }
}

function named({ file, runbook, hash }: RunbookFile): string {
  return `${runbook.name} ${shortHash(hash)}, ${oneLine(file)}`
}
