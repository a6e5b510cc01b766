import type { Command } from 'commander'
import type { IncomingAlert } from '../../contracts/alert.ts'
import type { ForesightReply } from '../../contracts/foresight-views.ts'
import { limits } from '../../contracts/limits.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { chaptersOfForeseen } from '../foresee/chapters.ts'
import { foresee } from '../foresee/foresee.ts'
import { chaptersOfForesight } from '../foresee/live-chapters.ts'
import { tell, tellOther, tellRoutines } from '../foresee/tell.ts'
import { collectInput, type GivenInputs, refuseGiven } from '../runbook/given-inputs.ts'
import { alertOf } from '../runbook/alert-file.ts'
import { targetsOf, type ConfiguredTarget } from '../runbook/configured-targets.ts'
import { readText } from '../runbook/read-text.ts'
import { readRunbooks, tellFaults } from '../runbook/read.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'

interface Options {
  alert: string
  config?: string
  live?: true
  inForce?: string
  input?: GivenInputs
}

export function define(noun: Command): void {
  const test = noun
    .command('test')
    .description(
      'what an alert would lead to, by files alone or, with --live, as targets say now; nothing is changed',
    )
    .argument('[path...]', 'runbooks, files or folders; default PARAMEDIC_RUNBOOKS, else runbooks/')
    .requiredOption(
      '--alert <file>',
      "a webhook of Alertmanager, one alert of it, or an alert in Paramedic's own form; `-` reads standard input",
    )
    .option('--config <file>', 'a configuration, for the targets; default PARAMEDIC_CONFIG, else none')
    .option('--live', 'send the runbook to the service, which has its checks measured and its steps planned')
    .option('--in-force <name>', 'with --live: the version of this runbook that is in force there')
    .option(
      '--input <name=value>',
      'a value of an input, tried in place of what the alert and its default say; as often as needed',
      collectInput,
    )
    .action((paths: string[], options: Options, command: Command) =>
      inSession(command, session => testRunbooks(session, paths, options)),
    )
  withExamples(
    test,
    [
      'runbook test --alert alert.json',
      'runbook test --alert alert.json --live',
      'runbook test --alert alert.json draft.yaml --live',
      'runbook test --alert alert.json draft.yaml --live --input idle_limit=5m',
      'runbook test --alert - runbooks/shop --config paramedic.yaml < webhook.json',
    ],
    [
      'It ends with 1 when a runbook is not valid, none would be chosen, or a value of --input is refused.',
      'Without --live it asks no service and no target: what checks would measure, and what a step would do exactly, it does not say.',
      'With --live and no path the service chooses among its own, as for an alert that fires.',
      'With --live production is read: roles responder, approver and admin may, and the audit log says who did.',
    ],
  )
}

async function testRunbooks(session: Session, paths: readonly string[], options: Options): Promise<ExitCode> {
  const { text, name } = await readText(options.alert)
  const { alert } = alertOf(text, name, session.now())
  if (options.inForce !== undefined && (options.live !== true || paths.length > 0)) throw wrongInForce()
  const inputs = options.input === undefined ? {} : { inputs: options.input }
  if (options.live === true && paths.length === 0) {
    const named = options.inForce === undefined ? {} : { runbook: { name: options.inForce } }
    return testLive(session, alert, { ...named, ...inputs }, { from: 'in force' })
  }
  const targets = await configured(options.config ?? process.env['PARAMEDIC_CONFIG'])
  const read = await readRunbooks(paths)
  const faulty = read.filter(one => 'faults' in one)
  if (faulty.length > 0) {
    tellFaults(session, faulty)
    return exitCodes.refused
  }
  const files = read.filter(one => 'runbook' in one)
  const foreseen = foresee(alert, files, targets, options.input)
  const chosen = files.find(({ file }) => file === foreseen.runbook?.file)
  if (chosen !== undefined) refuseGiven(chosen.file, chosen.runbook.inputs ?? [], options.input ?? {})
  if (options.live === true && chosen !== undefined) {
    const { file, text: source } = chosen
    const { others } = foreseen
    return testLive(session, alert, { runbook: { source, file }, ...inputs }, { from: file, others })
  }
  if (session.isJson) session.printJson(foreseen)
  else {
    tell(session, alert, chaptersOfForeseen(foreseen))
    if (chosen === undefined) tellRoutines(session, files)
  }
  return foreseen.runbook === null ? exitCodes.refused : exitCodes.ok
}

function wrongInForce(): Failure {
  return new Failure('wrong_usage', '--in-force names a runbook of the service.', {
    hint: 'npx paramedic runbook test --alert alert.json --live --in-force pool-exhausted',
    exitCode: exitCodes.usage,
  })
}

/** The service measures and plans: what was chosen here, or what it has. */
async function testLive(
  session: Session,
  { name, labels, annotations }: IncomingAlert,
  about: { runbook?: { name: string } | { source: string; file: string }; inputs?: GivenInputs },
  told: { from: string; others?: readonly string[] },
): Promise<ExitCode> {
  const alert = { name, labels, annotations }
  const answer = await session
    .api()
    .post<ForesightReply>('/v1/runbooks/test', { alert, ...about }, answerWithinMs)
  const reply = cleaned(answer)
  const { foresight } = reply
  const exitCode = foresight === null ? exitCodes.refused : exitCodes.ok
  if (session.isJson) session.printJson(answer)
  else if (foresight === null) tellOther(session, alert, reply)
  else tell(session, alert, chaptersOfForesight({ ...reply, foresight }, { others: reply.others, ...told }))
  return exitCode
}

/** Longer than the service takes, so that its explanation arrives. */
const answerWithinMs = limits.foreseeAnswerMs + 8_000

async function configured(file: string | undefined): Promise<ConfiguredTarget[] | undefined> {
  return file === undefined ? undefined : targetsOf((await readText(file)).text, file)
}
