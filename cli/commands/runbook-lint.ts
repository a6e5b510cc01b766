import type { Command } from 'commander'
import { addFormat, type Format, formatOf } from '../lint/formats.ts'
import { githubAnnotation } from '../lint/github-annotations.ts'
import { type Linted, lintFiles } from '../lint/lint-files.ts'
import { readConfigured } from '../lint/read-configured.ts'
import { tellLinted } from '../lint/tell.ts'
import { runbookFolder, usualFolder } from '../runbook/files.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'

interface LintOptions {
  config?: string
  format?: Format
}

export function define(noun: Command): void {
  const lint = noun
    .command('lint')
    .description('everything that is wrong with runbooks, at once, with line and column')
    .argument('[path...]', `files or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .option(
      '--config <file>',
      'hold them against this configuration; default PARAMEDIC_CONFIG, else paramedic.yaml if there is one',
    )
  addFormat(lint).action((paths: string[], options: LintOptions, command: Command) =>
    inSession(command, session => lintRunbooks(session, paths, options)),
  )
  withExamples(
    lint,
    [
      'runbook lint',
      'runbook lint runbooks/shop/pool-exhausted.yaml --json',
      'runbook lint --config deploy/paramedic.yaml --format github',
    ],
    ['0 when nothing is wrong, 1 when a runbook has a fault, 2 when a file cannot be read.'],
  )
}

async function lintRunbooks(
  session: Session,
  given: readonly string[],
  options: LintOptions,
): Promise<ExitCode> {
  const format = formatOf(session, options.format)
  const paths = given.length > 0 ? given : [runbookFolder()]
  const configuration = readConfigured(options.config)
  const linted = await lintFiles(paths, configuration?.configured)
  const again = [...given, ...(options.config === undefined ? [] : ['--config', options.config])]
  if (format === 'json') session.printJson(asJson(linted, configuration?.file))
  else if (format === 'github')
    session.terminal.print(
      linted.flatMap(({ faults, sound }) =>
        [...faults, ...(sound?.warnings ?? [])].map(fault => githubAnnotation(fault, 'runbook lint')),
      ),
    )
  else tellLinted(session.terminal, linted, configuration?.file, again)
  return linted.every(({ faults }) => faults.length === 0) ? exitCodes.ok : exitCodes.refused
}

function asJson(linted: readonly Linted[], configuration: string | undefined): object {
  return {
    ...(configuration === undefined ? {} : { configuration }),
    runbooks: linted.map(({ file, sound, faults }) => ({
      file,
      name: sound?.runbook.name,
      hash: sound?.hash,
      faults,
      warnings: sound?.warnings ?? [],
    })),
  }
}
