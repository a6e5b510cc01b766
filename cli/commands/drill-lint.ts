import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { type DrillFile, readDrills } from '../drill/lint-files.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { addFormat, type Format, formatOf } from '../lint/formats.ts'
import { githubAnnotation } from '../lint/github-annotations.ts'
import { tellFaults } from '../lint/tell.ts'
import { counted } from '../narrate/narration.ts'
import { usualFolder } from '../runbook/files.ts'
import { inSession, type Session } from '../session.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { table } from '../terminal/table.ts'

export function define(noun: Command): void {
  const lint = noun
    .command('lint')
    .description('everything that is wrong with drills, at once, with line and column')
    .argument('[path...]', `drills, runbooks or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
  addFormat(lint).action((paths: string[], options: { format?: Format }, command: Command) =>
    inSession(command, session => lintDrills(session, paths, options.format)),
  )
  withExamples(
    lint,
    [
      'drill lint',
      'drill lint runbooks/shop/pool-exhausted.drill.yaml --json',
      'drill lint runbooks/shop --format github',
    ],
    [
      'A file of drills lies beside its runbook and is called like it: x.drill.yaml beside x.yaml.',
      '0 when nothing is wrong, 1 when a drill has a fault, 2 when a file cannot be read.',
    ],
  )
}

async function lintDrills(
  session: Session,
  given: readonly string[],
  asked: Format | undefined,
): Promise<ExitCode> {
  const format = formatOf(session, asked)
  const linted = await readDrills(given)
  if (format === 'json') session.printJson({ files: linted.map(asJson) })
  else if (format === 'github')
    session.terminal.print(
      linted.flatMap(({ faults, sound }) =>
        [...faults, ...(sound?.warnings ?? [])].map(fault => githubAnnotation(fault, 'drill lint')),
      ),
    )
  else tell(session, linted, given)
  return linted.every(({ faults }) => faults.length === 0) ? exitCodes.ok : exitCodes.refused
}

function asJson({ file, sound, faults }: DrillFile): object {
  return {
    file,
    runbook: sound?.runbook,
    drills: sound?.drills.map(({ name }) => name),
    faults,
    warnings: sound?.warnings ?? [],
  }
}

function tell({ terminal }: Session, linted: readonly DrillFile[], given: readonly string[]): void {
  const drills = linted.flatMap(({ file, sound }) => sound?.drills.map(drill => ({ ...drill, file })) ?? [])
  terminal.print(
    table(
      drills.map(({ name, runbook, file }) => [name, runbook, file]),
      terminal.paint,
    ),
  )
  tellFaults(terminal, linted, {
    counted: counted(drills.length, 'drill'),
    against: '',
    again: ['npx paramedic drill lint', ...given.map(asTyped)].join(' '),
  })
}
