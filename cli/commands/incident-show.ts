import type { Command } from 'commander'
import type { IncidentDetail } from '../../contracts/views.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import { resolveNumber } from '../incident-number.ts'
import { inSession, type Session } from '../session.ts'
import { tellStory, tellTimeline } from '../story.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

export function defineShow(noun: Command): void {
  const show = noun
    .command('show')
    .description('the whole story of an incident, and what is open now')
    .argument(...numberArgument)
    .option('--timeline', 'every entry in the order it happened, with its details')
    .action((number: string, options: { timeline?: true }, command: Command) =>
      inSession(command, session => showIncident(session, number, options.timeline === true)),
    )
  withExamples(show, ['incident show latest', 'incident show 001 --timeline --utc'])
}

async function showIncident(session: Session, written: string, isTimeline: boolean): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const answer = await api.get<IncidentDetail>(`/v1/incidents/${number}`)
  if (session.isJson) return session.printJson(answer)
  const incident = cleaned(answer)
  const tell = isTimeline ? tellTimeline : tellStory
  session.terminal.print(tell(incident, viewOf(session)))
}
