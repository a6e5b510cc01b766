import type { Command } from 'commander'
import { type Impact, impacts, severities, type Severity } from '../../contracts/incident.ts'
import { numberArgument, oneOf, withExamples } from '../command-help.ts'
import { inSession } from '../session.ts'
import { act } from './incident-acts.ts'

export function defineAssessments(noun: Command): void {
  withExamples(
    noun
      .command('severity')
      .description('set the severity; yours stands, measurements may only raise it')
      .argument(...numberArgument)
      .argument('<severity>', severities.join(', '), oneOf(severities))
      .requiredOption('--reason <text>', 'why')
      .action((number: string, severity: Severity, { reason }: { reason: string }, command: Command) =>
        inSession(command, session =>
          act(session, number, 'severity', { severity, reason }, full => [
            `${full} is ${severity} now, because you say so.`,
            session.terminal.paint.command(`npx paramedic incident show ${full}`),
          ]),
        ),
      ),
    ['incident severity 001 SEV1 --reason "checkout is down in all regions"'],
  )
  withExamples(
    noun
      .command('impact')
      .description('say whether customers are affected; unknown counts as yes')
      .argument(...numberArgument)
      .argument('<impact>', impacts.join(', '), oneOf(impacts))
      .option('--reason <text>', 'how you know')
      .action((number: string, impact: Impact, { reason }: { reason?: string }, command: Command) =>
        inSession(command, session =>
          act(session, number, 'impact', { impact, ...(reason === undefined ? {} : { reason }) }, full => [
            `${full}: customers affected: ${impact}, because you say so.`,
            session.terminal.paint.command(`npx paramedic incident show ${full}`),
          ]),
        ),
      ),
    ['incident impact 001 no --reason "only the reporting job uses it"'],
  )
}
