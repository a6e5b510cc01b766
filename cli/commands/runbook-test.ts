import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { tellChapters } from '../explain/tell.ts'
import { chaptersOfForeseen } from '../foresee/chapters.ts'
import { foresee } from '../foresee/foresee.ts'
import { alertOf } from '../runbook/alert-file.ts'
import { targetsOf, type ConfiguredTarget } from '../runbook/configured-targets.ts'
import { readText } from '../runbook/read-text.ts'
import { readRunbooks, tellFaults } from '../runbook/read.ts'
import { inSession, type Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'

interface Options {
  alert: string
  config?: string
}

export function define(noun: Command): void {
  const test = noun
    .command('test')
    .description('what an alert would lead to, as far as files alone can say; nothing is measured or changed')
    .argument('[path...]', 'runbooks, files or folders; default PARAMEDIC_RUNBOOKS, else runbooks/')
    .requiredOption(
      '--alert <file>',
      "a webhook of Alertmanager, one alert of it, or an alert in Paramedic's own form; `-` reads standard input",
    )
    .option('--config <file>', 'a configuration, for the targets; default PARAMEDIC_CONFIG, else none')
    .action((paths: string[], options: Options, command: Command) =>
      inSession(command, session => testRunbooks(session, paths, options)),
    )
  withExamples(
    test,
    [
      'runbook test --alert alert.json',
      'runbook test --alert - runbooks/shop --config paramedic.yaml < webhook.json',
    ],
    [
      'It ends with 1 when a runbook is not valid, or none would be chosen.',
      'It asks no service and no target: what checks would measure, and what a step would do exactly, it does not say.',
    ],
  )
}

async function testRunbooks(session: Session, paths: readonly string[], options: Options): Promise<ExitCode> {
  const { text, name } = await readText(options.alert)
  const { alert } = alertOf(text, name, session.now())
  const targets = await configured(options.config ?? process.env['PARAMEDIC_CONFIG'])
  const read = await readRunbooks(paths)
  const faulty = read.filter(one => 'faults' in one)
  if (faulty.length > 0) {
    tellFaults(session, faulty)
    return exitCodes.refused
  }
  const foreseen = foresee(
    alert,
    read.filter(one => 'runbook' in one),
    targets,
  )
  if (session.isJson) session.printJson(foreseen)
  else {
    const { terminal } = session
    const { paint } = terminal
    const width = terminal.width()
    terminal.print([
      paint.strong(`An alert ${oneLine(foreseen.alert.name)}`),
      ...tellChapters(chaptersOfForeseen(foreseen), { paint, width }),
    ])
  }
  return foreseen.runbook === null ? exitCodes.refused : exitCodes.ok
}

async function configured(file: string | undefined): Promise<ConfiguredTarget[] | undefined> {
  return file === undefined ? undefined : targetsOf((await readText(file)).text, file)
}
