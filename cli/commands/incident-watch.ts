import type { Command } from 'commander'
import { numberArgument, withExamples } from '../command-help.ts'
import { inSession } from '../session.ts'
import { watchIncident } from '../watch.ts'

export function defineWatch(noun: Command): void {
  const watch = noun
    .command('watch')
    .description('follow an incident until it closes; without a number the open one, or the next to open')
    .argument('[number]', numberArgument[1])
    .action((number: string | undefined, _: object, command: Command) =>
      inSession(command, session => watchIncident(session, number)),
    )
  withExamples(
    watch,
    ['incident watch', 'incident watch 001 --utc', 'incident watch latest | tee incident.log'],
    ['On a terminal the picture is drawn anew every second; into a pipe or file new lines are appended.'],
  )
}
