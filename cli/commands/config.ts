import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { loadConfiguration } from '../../configuration.ts'
import { isCodedError } from '../../contracts/coded-error.ts'
import { configurationJsonSchema } from '../../language/configuration-json-schema.ts'
import { effectiveConfiguration } from '../../language/effective-configuration.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'

const usualName = 'paramedic.yaml'
const fileArgument = ['[file]', `default PARAMEDIC_CONFIG, else ${usualName}`] as const

export function define(noun: Command): void {
  const check = noun
    .command('check')
    .description('everything that is wrong with a configuration, at once; nothing is contacted')
    .argument(...fileArgument)
    .action((file: string | undefined, _: object, command: Command) =>
      inSession(command, session => Promise.resolve(checkConfiguration(session, file))),
    )
  withExamples(check, ['config check', 'config check deploy/paramedic.yaml --json'])

  const show = noun
    .command('show')
    .description('a configuration with every default filled in; references stay, so that no secret is shown')
    .argument(...fileArgument)
    .action((file: string | undefined, _: object, command: Command) =>
      inSession(command, session => Promise.resolve(showConfiguration(session, file))),
    )
  withExamples(show, ['config show', 'config show deploy/paramedic.yaml --json'])

  const schema = noun
    .command('schema')
    .description('the JSON Schema of paramedic.yaml, for editors')
    .action((_: object, command: Command) =>
      inSession(command, session => Promise.resolve(session.printJson(configurationJsonSchema()))),
    )
  withExamples(schema, ['config schema > paramedic.schema.json'])
}

function checkConfiguration(session: Session, given: string | undefined): ExitCode {
  const file = fileOf(given)
  const problem = problemOf(file)
  if (session.isJson) {
    session.printJson({ file, isValid: problem === undefined, ...(problem === undefined ? {} : { problem }) })
  } else if (problem === undefined) {
    session.terminal.print([session.terminal.paint.good(`${file} is valid.`)])
  } else {
    tellProblem(session, file, problem)
  }
  return problem === undefined ? exitCodes.ok : exitCodes.refused
}

function showConfiguration(session: Session, given: string | undefined): ExitCode {
  const file = fileOf(given)
  const problem = problemOf(file)
  if (problem !== undefined) {
    if (session.isJson) session.printJson({ file, isValid: false, problem })
    else tellProblem(session, file, problem)
    return exitCodes.refused
  }
  const yaml = parseYamlSource(readFileSync(file, 'utf8'), file)
  if ('faults' in yaml) throw new Error(`${file} changed while it was read.`)
  const effective = effectiveConfiguration(yaml.source.value)
  if (session.isJson) session.printJson(effective)
  else session.terminal.print(stringify(effective, { lineWidth: 0 }).trimEnd().split('\n'))
  return exitCodes.ok
}

function fileOf(given: string | undefined): string {
  return given ?? process.env['PARAMEDIC_CONFIG'] ?? usualName
}

function tellProblem({ terminal }: Session, file: string, problem: string): void {
  terminal.print(problem.split('\n'))
  terminal.print([terminal.paint.command(`npx paramedic config check ${file}`)])
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
