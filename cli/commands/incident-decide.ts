import type { Command } from 'commander'
import { numberArgument, oneOf, withExamples } from '../command-help.ts'
import { inSession } from '../session.ts'
import { approve, type ApproveOptions } from './approve.ts'
import { decideOutcome, deny, type DecisionOptions, tick, type TickOptions } from './deny-and-decide.ts'

const answers = ['done', 'not-done'] as const

const approveNotes = [
  'Shows the plan and asks, unless --plan names the plan you have read or --yes is given.',
  'Without a terminal nobody can be asked: --plan or --yes is required.',
]

export function defineDecisions(noun: Command): void {
  const approveCommand = noun
    .command('approve')
    .description('allow a step to run exactly as it is planned')
    .argument(...numberArgument)
    .option('--step <id>', 'which step, when several wait')
    .option('--plan <hash>', 'the plan you have read, at least 8 characters of its hash')
    .option('--reason <text>', 'why, for the record')
    .option('--yes', 'do not ask')
    .action((number: string, options: ApproveOptions, command: Command) =>
      inSession(command, session => approve(session, number, options)),
    )
  const examples = [
    'incident approve 001',
    'incident approve 001 --plan 3f9a1c0d2b4e',
    'incident approve latest --step restart-api --yes',
  ]
  withExamples(approveCommand, examples, approveNotes)

  const denyCommand = noun
    .command('deny')
    .description('refuse a planned step; the runbook goes on to the next')
    .argument(...numberArgument)
    .option('--step <id>', 'which step, when several wait')
    .requiredOption('--reason <text>', 'why, for the record')
    .action((number: string, options: DecisionOptions, command: Command) =>
      inSession(command, session => deny(session, number, options)),
    )
  withExamples(denyCommand, ['incident deny 001 --reason "the release is still running"'])

  const decideCommand = noun
    .command('decide')
    .description('say whether an effect happened that Paramedic lost sight of, or was taken back by hand')
    .argument(...numberArgument)
    .argument('<answer>', answers.join(' or '), oneOf(answers))
    .option('--step <id>', 'which step, when several wait')
    .option('--reason <text>', 'how you know')
    .action((number: string, answer: 'done' | 'not-done', options: DecisionOptions, command: Command) =>
      inSession(command, session => decideOutcome(session, number, answer, options)),
    )
  withExamples(decideCommand, [
    'incident decide 001 done',
    'incident decide 001 not-done --reason "the old pid still runs"',
    'incident decide 001 done --step stop-worker.undo --reason "started by hand"',
  ])

  const tickCommand = noun
    .command('tick')
    .description('say that you have done what the runbook leaves to people')
    .argument(...numberArgument)
    .argument('[step]', 'which step; needed when several wait')
    .option('--note <text>', 'what you did and saw, for the record')
    .option('--not-done <reason>', 'it was not done, and why: the step counts as failed')
    .action((number: string, step: string | undefined, options: TickOptions, command: Command) =>
      inSession(command, session => tick(session, number, step, options)),
    )
  withExamples(tickCommand, [
    'incident tick 001 raise-pool --note "DB_POOL_MAX is 30, restarted"',
    'incident tick latest raise-pool --not-done "the configuration is locked"',
  ])
}
