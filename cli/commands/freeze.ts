import type { Command } from 'commander'
import type { FreezeView } from '../../contracts/views.ts'
import { withExamples } from '../command-help.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'

export function define(noun: Command): void {
  withExamples(
    noun
      .command('on')
      .description('from now on nothing is changed on any target; what runs stops at its next batch')
      .requiredOption('--reason <text>', 'why')
      .action(({ reason }: { reason: string }, command: Command) =>
        inSession(command, session => change(session, { on: true, reason })),
      ),
    ['freeze on --reason "the storage team is migrating"'],
  )
  withExamples(
    noun
      .command('off')
      .description('allow changes again')
      .option('--reason <text>', 'why')
      .action(({ reason }: { reason?: string }, command: Command) =>
        inSession(command, session =>
          change(session, { on: false, ...(reason === undefined ? {} : { reason }) }),
        ),
      ),
    ['freeze off'],
  )
  withExamples(
    noun
      .command('status')
      .description('whether a freeze is on, since when and why')
      .action((_: object, command: Command) => inSession(command, status)),
    ['freeze status', 'freeze status --json'],
  )
}

async function change(session: Session, body: { on: boolean; reason?: string }): Promise<void> {
  const answer = await session.api().post<FreezeView>('/v1/freeze', body)
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { paint } = terminal
  const isAnothers = body.on && answer.isOn && answer.reason !== body.reason
  terminal.print([
    ...(isAnothers
      ? ['There was a freeze already, and it stays as it is; your reason is not on record.']
      : []),
    ...freezeWords(session, cleaned(answer)),
    ...(body.on ? [] : ['What may go on now:', paint.command('npx paramedic incident list --open')]),
  ])
}

async function status(session: Session): Promise<void> {
  print(session, await session.api().get<FreezeView>('/v1/freeze'))
}

function print(session: Session, answer: FreezeView): void {
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  terminal.print(freezeWords(session, cleaned(answer)))
}

function freezeWords({ terminal: { paint }, clock }: Session, freeze: FreezeView): string[] {
  const { isOn, changedAt, changedBy, reason } = freeze
  const by = changedBy === null ? '' : ` by ${changedBy}`
  const at = changedAt === null ? '' : ` at ${clock.exact(Date.parse(changedAt))}`
  const why = reason === null ? '' : `: ${reason}`
  if (!isOn) return [`No freeze is on${by === '' ? '' : `; lifted${by}${at}${why}`}.`]
  return [
    paint.attention(`A freeze is on, set${by}${at}${why}. Nothing is changed on any target.`),
    paint.command('npx paramedic freeze off'),
  ]
}
