import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import type { IncomingAlert } from '../../contracts/alert.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { withExamples } from '../command-help.ts'
import { alertOf } from '../runbook/alert-file.ts'
import { readText } from '../runbook/read-text.ts'
import { commonestRoles, rolesOf, type Roles } from '../draft/roles.ts'
import { draftRunbook } from '../draft/runbook.ts'
import { schemaLine } from '../draft/schema-line.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { inSession, type Session } from '../session.ts'
import { asTyped } from '../terminal/shell-word.ts'

interface Options {
  fromAlert: string
  config?: string
  output?: string
  force?: true
}

export function define(noun: Command): void {
  const begin = noun
    .command('new')
    .description('a commented start of a runbook for an alert, that lints')
    .requiredOption(
      '--from-alert <file>',
      "a webhook of Alertmanager, one alert of it, or an alert in Paramedic's own form; `-` reads standard input",
    )
    .option(
      '--config <file>',
      'a configuration: the checks are those of the targets in the system and environment of the alert',
    )
    .option('--output <file>', 'write it there, its folder as well; default standard output')
    .option('--force', 'write over a file that is there')
    .action((options: Options, command: Command) =>
      inSession(command, session => beginRunbook(session, options)),
    )
  withExamples(begin, [
    'runbook new --from-alert alert.json --output runbooks/orders/connections.yaml',
    'runbook new --from-alert - --config paramedic.yaml < webhook.json',
  ])
}

async function beginRunbook(session: Session, options: Options): Promise<void> {
  const { fromAlert: file, config, output } = options
  const { text, name } = await readText(file)
  const { alert } = alertOf(text, name, session.now())
  const draft = draftRunbook(named(alert), await rolesFor(alert, config))
  const yaml = `${schemaLine(output, process.env, process.cwd())}${draft}`
  const { runbook, hash } = asChecked(yaml, alert)
  if (output !== undefined) write(output, yaml, options.force === true)
  if (session.isJson) session.printJson({ name: runbook.name, hash, file: output, yaml })
  else if (output === undefined) session.terminal.write(yaml)
  else {
    const { print, paint } = session.terminal
    print([
      paint.good(
        `${output} has the runbook ${runbook.name}. It changes nothing yet: read it, and fill in what is marked TODO.`,
      ),
      paint.command(`npx paramedic runbook explain ${asTyped(output)}`),
      paint.command(`npx paramedic runbook lint ${asTyped(output)}`),
    ])
  }
}

/** What has no name cannot be told from other alerts. */
function named(alert: IncomingAlert): IncomingAlert {
  if ((alert.labels['alertname'] ?? '') !== '') return alert
  throw new Failure(
    'unreadable_file',
    'The alert has no label `alertname`, so no runbook could be chosen by it.',
    {
      hint: 'give the alert the name that its rule has',
      exitCode: exitCodes.usage,
    },
  )
}

async function rolesFor({ labels }: IncomingAlert, file: string | undefined): Promise<Roles> {
  if (file === undefined) return commonestRoles('No configuration was given')
  const { system, environment } = labels
  return rolesOf((await readText(file)).text, file, {
    ...(system === undefined ? {} : { system }),
    ...(environment === undefined ? {} : { environment }),
  })
}

/** What does not lint is not handed out: a name of thousands of signs is longer than a condition may be. */
function asChecked(
  yaml: string,
  { name }: IncomingAlert,
): Exclude<ReturnType<typeof parseRunbook>, { faults: unknown }> {
  const parsed = parseRunbook(yaml, 'the runbook')
  if (!('faults' in parsed)) return parsed
  const [fault] = parsed.faults
  throw new Failure(
    'unreadable_file',
    `No runbook can be begun from the alert ${name.slice(0, 100)}: ${fault?.message}.`,
    {
      hint: 'begin by hand: docs/runbooks.md#writing-one',
    },
  )
}

function write(file: string, text: string, isForced: boolean): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: isForced ? 'w' : 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw new Failure('file_exists', `${file} is there already, and was left as it is.`, {
        hint: 'give another name, or --force to write over it',
      })
    throw new Failure('unwritable_file', `${file} could not be written: ${code ?? 'unknown reason'}.`, {
      hint: 'give a file in a folder that may be written to',
      cause: error,
    })
  }
}
