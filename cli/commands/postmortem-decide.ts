/** Review, publish, open again: each of the version that is the newest when it is read. */
import type { Command } from 'commander'
import type { PostmortemView } from '../../contracts/postmortem-views.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { documentLines, fetchPostmortem } from './postmortem-show.ts'

interface ReviewOptions {
  comment?: string
  yes?: true
}

export function defineDecisions(noun: Command): void {
  withExamples(
    noun
      .command('review')
      .description('read the version that somebody else wrote, and say that it is right')
      .argument(...numberArgument)
      .option('--comment <text>', 'what there is to say about it')
      .option('--yes', 'you have read it; ask nothing')
      .action((number: string, options: ReviewOptions, command: Command) =>
        inSession(command, session => review(session, number, options)),
      ),
    ['postmortem review 001', 'postmortem review 001 --yes --comment "the cause is right"'],
  )
  withExamples(
    noun
      .command('publish')
      .description('publish the newest version; refused with the list of what is still empty')
      .argument(...numberArgument)
      .action((number: string, _: object, command: Command) =>
        inSession(command, session => publish(session, number)),
      ),
    ['postmortem publish 001'],
  )
  withExamples(
    noun
      .command('reopen')
      .description('go on writing a published one; what was published stays readable')
      .argument(...numberArgument)
      .requiredOption('--reason <text>', 'why')
      .action((number: string, { reason }: { reason: string }, command: Command) =>
        inSession(command, session => reopen(session, number, reason)),
      ),
    ['postmortem reopen 001 --reason "a second cause was found"'],
  )
}

async function review(session: Session, written: string, options: ReviewOptions): Promise<void> {
  const view = await fetchPostmortem(session, written)
  if (!session.isJson) session.terminal.print([...documentLines(view), ''])
  if (options.yes !== true) await confirm(session, view)
  const comment = options.comment === undefined ? {} : { comment: options.comment }
  const { incident, version } = view
  const path = `/v1/incidents/${incident}/postmortem/review`
  const answer = await session.api().post(path, { version, ...comment })
  if (session.isJson) return session.printJson(answer)
  const { paint } = session.terminal
  session.terminal.print([
    paint.good(`Version ${version} of the post-mortem of ${incident} is reviewed.`),
    paint.command(`npx paramedic postmortem publish ${incident}`),
  ])
}

async function confirm({ terminal, isJson }: Session, { incident, version }: PostmortemView): Promise<void> {
  const exact = `npx paramedic postmortem review ${incident} --yes`
  if (!terminal.canAsk || isJson) {
    throw new Failure(
      'confirmation_needed',
      `Nobody can be asked here, so version ${version} was not reviewed.`,
      {
        hint: `read it, then: ${exact}`,
        exitCode: 2,
      },
    )
  }
  const said = await terminal.ask(`Is it right? Type ${terminal.paint.strong('yes')} to say so: `)
  if (said.toLowerCase() === 'yes') return
  throw new Failure('not_confirmed', `Version ${version} is not reviewed.`, {
    hint: `correct it: npx paramedic postmortem edit ${incident}`,
  })
}

async function publish(session: Session, written: string): Promise<void> {
  const { incident, version } = await fetchPostmortem(session, written)
  const answer = await session
    .api()
    .post<{ reviewedBy: string | null }>(`/v1/incidents/${incident}/postmortem/publish`, { version })
  if (session.isJson) return session.printJson(answer)
  const { paint } = session.terminal
  const { reviewedBy } = cleaned(answer)
  const how = reviewedBy === null ? 'without a review' : `reviewed by ${reviewedBy}`
  session.terminal.print([
    paint.good(`Version ${version} of the post-mortem of ${incident} is published, ${how}.`),
    paint.command(`npx paramedic postmortem export ${incident}`),
  ])
}

async function reopen(session: Session, written: string, reason: string): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const answer = await api.post<{ version: number }>(`/v1/incidents/${number}/postmortem/reopen`, { reason })
  if (session.isJson) return session.printJson(answer)
  const { paint } = session.terminal
  session.terminal.print([
    paint.good(`Version ${answer.version} of the post-mortem of ${number} is open.`),
    paint.command(`npx paramedic postmortem edit ${number}`),
  ])
}
