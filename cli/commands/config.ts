import type { Command } from 'commander'
import { loadConfiguration } from '../../configuration.ts'
import { isCodedError } from '../../contracts/coded-error.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'

const usualName = 'paramedic.yaml'

export function define(noun: Command): void {
  const check = noun
    .command('check')
    .description('everything that is wrong with a configuration, at once; nothing is contacted')
    .argument('[file]', `default PARAMEDIC_CONFIG, else ${usualName}`)
    .action((file: string | undefined, _: object, command: Command) =>
      inSession(command, session => Promise.resolve(checkConfiguration(session, file))),
    )
  withExamples(check, ['config check', 'config check deploy/paramedic.yaml --json'])
}

function checkConfiguration(session: Session, given: string | undefined): ExitCode {
  const file = given ?? process.env['PARAMEDIC_CONFIG'] ?? usualName
  const problem = problemOf(file)
  if (session.isJson) {
    session.printJson({ file, isValid: problem === undefined, ...(problem === undefined ? {} : { problem }) })
  } else if (problem === undefined) {
    session.terminal.print([session.terminal.paint.good(`${file} is valid.`)])
  } else {
    session.terminal.print(problem.split('\n'))
    session.terminal.print([session.terminal.paint.command(`npx paramedic config check ${file}`)])
  }
  return problem === undefined ? exitCodes.ok : exitCodes.refused
}

function problemOf(file: string): string | undefined {
  try {
    loadConfiguration(file)
    return undefined
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.message
  }
}
