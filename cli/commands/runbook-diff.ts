import type { Command } from 'commander'
import type { RunbookList, RunbookVersionView } from '../../contracts/runbook-views.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import { withExamples } from '../command-help.ts'
import { compareRunbooks } from '../compare/runbooks.ts'
import { tellChanges } from '../compare/tell.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { shortHash } from '../narrate/narration.ts'
import { readRunbook, runbookArgument, tellFaults, type RunbookFile } from '../runbook/read.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'

interface Options {
  check?: true
}

export function define(noun: Command): void {
  const diff = noun
    .command('diff')
    .description('what changes from one version of a runbook to another, in words; what loosens safety first')
    .argument('<before>', `${runbookArgument}; alone it is the one after, and before is what is in force`)
    .argument('[after]', 'the same')
    .option('--check', 'exit with 1 when anything changed that loosens safety')
    .action((before: string, after: string | undefined, options: Options, command: Command) =>
      inSession(command, session =>
        after === undefined
          ? diffInForce(session, before, options)
          : diffRunbooks(session, before, after, options),
      ),
    )
  withExamples(
    diff,
    [
      'runbook diff runbooks/shop/pool-exhausted.yaml',
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
  return tellDifference(session, sideOf(before), sideOf(after), check)
}

/** Against the version that the service opens incidents with. */
async function diffInForce(session: Session, given: string, { check }: Options): Promise<ExitCode> {
  const after = await readRunbook(given)
  if ('faults' in after) {
    tellFaults(session, [after])
    return exitCodes.refused
  }
  const { name } = after.runbook
  const inForce = await session.api().get<RunbookList>('/v1/runbooks')
  if (inForce.runbooks.every(one => one.name !== name)) {
    if (session.isJson) session.printJson({ before: null, after: sideOf(after).identity, changes: [] })
    else session.terminal.print([`No runbook ${name} is in force: ${oneLine(after.file)} would be new.`])
    return exitCodes.ok
  }
  const before = await session.api().get<RunbookVersionView>(`/v1/runbooks/${encodeURIComponent(name)}`)
  const { hash, runbook } = cleaned(before)
  const side = { runbook, identity: { name, hash }, told: `${name} ${shortHash(hash)}, which is in force` }
  return tellDifference(session, side, sideOf(after), check)
}

/** One version, and what it is called. */
interface Side {
  runbook: Runbook
  identity: object
  told: string
}

function sideOf({ file, runbook, hash }: RunbookFile): Side {
  const told = `${runbook.name} ${shortHash(hash)}, ${oneLine(file)}`
  return { runbook, identity: { file, name: runbook.name, hash }, told }
}

function tellDifference(session: Session, before: Side, after: Side, check: true | undefined): ExitCode {
  const changes = compareRunbooks(before.runbook, after.runbook)
  if (session.isJson) {
    session.printJson({ before: before.identity, after: after.identity, changes })
  } else {
    const { terminal } = session
    terminal.print([
      terminal.paint.strong(`From ${before.told}`),
      terminal.paint.strong(`  to ${after.told}`),
      ...tellChanges(changes, { paint: terminal.paint, width: terminal.width() }),
    ])
  }
  const isLoosened = changes.some(({ effect }) => effect === 'loosens')
  return check && isLoosened ? exitCodes.refused : exitCodes.ok
}
