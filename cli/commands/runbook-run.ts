import type { Command } from 'commander'
import type { BegunRun } from '../../contracts/schedule-views.ts'
import { withExamples } from '../command-help.ts'
import { collectInput, type GivenInputs } from '../runbook/given-inputs.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'

interface Options {
  system?: string
  environment?: string
  input?: GivenInputs
}

export function define(noun: Command): void {
  const run = noun
    .command('run')
    .description('start a run of a routine now, with your name on it')
    .argument('<name>', 'a runbook in force that has a `schedule`')
    .option('--system <name>', 'whose targets it works on; default: those of its schedule')
    .option('--environment <name>', 'of which environment; default: that of its schedule')
    .option(
      '--input <name=value>',
      'a value of one of its inputs in place of the default; as often as needed',
      collectInput,
    )
    .action((name: string, options: Options, command: Command) =>
      inSession(command, session => runRoutine(session, name, options)),
    )
  withExamples(
    run,
    [
      'runbook run shop-weekly',
      'runbook run shop-weekly --system shop --environment staging',
      'runbook run shop-weekly --input idle_limit=5m --input application=jobs',
    ],
    [
      'It is the run that a time of its schedule would begin: gates, limits and freezes bind it, and nobody is called while it goes well. One run of a routine is open at a time; a time of its schedule that comes meanwhile is missed.',
    ],
  )
}

async function runRoutine(session: Session, name: string, { input, ...place }: Options): Promise<void> {
  const body = { ...place, ...(input === undefined ? {} : { inputs: input }) }
  const path = `/v1/routines/${encodeURIComponent(name)}/run`
  const answer = await session.api().post<BegunRun>(path, body)
  if (session.isJson) return session.printJson(answer)
  const { terminal, clock, now } = session
  const { incident, system, environment, closesAt } = cleaned(answer)
  terminal.print([
    terminal.paint.good(
      `${incident} is open: a run of ${oneLine(name)} in ${oneLine(`${system}/${environment}`)}.`,
    ),
    `It begins steps until ${clock.near(Date.parse(closesAt), now())}.`,
    terminal.paint.command(`npx paramedic incident watch ${incident}`),
  ])
}
