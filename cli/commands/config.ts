import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { loadConfiguration, sitesOf } from '../../configuration.ts'
import { isCodedError } from '../../contracts/coded-error.ts'
import type { OwnConfiguration } from '../../contracts/configuration.ts'
import { configurationJsonSchema } from '../../language/configuration-json-schema.ts'
import { effectiveConfiguration } from '../../language/effective-configuration.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { inSession, type Session } from '../session.ts'
import { asTyped } from '../terminal/shell-word.ts'

const usualName = 'paramedic.yaml'
const fileArgument = ['[file]', `default PARAMEDIC_CONFIG, else ${usualName}`] as const
const siteOption = [
  '--site <name>',
  'as a worker of this site reads it, with the references of its targets',
] as const

interface Options {
  site?: string
}

export function define(noun: Command): void {
  const check = noun
    .command('check')
    .description('everything that is wrong with a configuration, at once; nothing is contacted')
    .argument(...fileArgument)
    .option(...siteOption)
    .action((file: string | undefined, { site }: Options, command: Command) =>
      inSession(command, session => Promise.resolve(checkConfiguration(session, file, site))),
    )
  withExamples(check, [
    'config check',
    'config check deploy/paramedic.yaml --json',
    'config check --site berlin',
  ])

  const show = noun
    .command('show')
    .description('a configuration with every default filled in; references stay, so that no secret is shown')
    .argument(...fileArgument)
    .option(...siteOption)
    .action((file: string | undefined, { site }: Options, command: Command) =>
      inSession(command, session => Promise.resolve(showConfiguration(session, file, site))),
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

function checkConfiguration(session: Session, given: string | undefined, site: string | undefined): ExitCode {
  const file = existing(given)
  const read = readAt(file, site)
  if ('problem' in read) return refuse(session, file, site, read.problem)
  const elsewhere = site === undefined ? sitesOf(read.configuration) : []
  if (session.isJson) {
    session.printJson({ file, isValid: true, ...(elsewhere.length === 0 ? {} : { notLookedUp: elsewhere }) })
    return exitCodes.ok
  }
  const { paint } = session.terminal
  session.terminal.print([paint.good(`${file} is valid.`)])
  if (elsewhere.length > 0) {
    session.terminal.print([
      `References of targets at a site are looked up by the worker there: ${elsewhere.join(', ')}. On its machine:`,
      ...elsewhere.map(name => paint.command(checkOf(file, name))),
    ])
  }
  return exitCodes.ok
}

function showConfiguration(session: Session, given: string | undefined, site: string | undefined): ExitCode {
  const file = existing(given)
  const read = readAt(file, site)
  if ('problem' in read) return refuse(session, file, site, read.problem)
  const yaml = parseYamlSource(readFileSync(file, 'utf8'), file)
  if ('faults' in yaml) throw new Error(`${file} changed while it was read.`)
  const effective = effectiveConfiguration(yaml.source.value)
  if (session.isJson) session.printJson(effective)
  else session.terminal.print(stringify(effective, { lineWidth: 0 }).trimEnd().split('\n'))
  return exitCodes.ok
}

function existing(given: string | undefined): string {
  const file = given ?? process.env['PARAMEDIC_CONFIG'] ?? usualName
  if (existsSync(file)) return file
  throw new Failure('unreadable_file', `There is no configuration ${file}.`, {
    hint: 'give its path: npx paramedic config check <file>\nhow one begins: docs/configuration.md; without any, `npm start` brings a sandbox with its own',
    exitCode: exitCodes.usage,
  })
}

function refuse(
  { terminal, isJson, printJson }: Session,
  file: string,
  site: string | undefined,
  problem: string,
): ExitCode {
  if (isJson) {
    printJson({ file, isValid: false, problem })
  } else {
    terminal.print(problem.split('\n'))
    terminal.print([terminal.paint.command(checkOf(file, site))])
  }
  return exitCodes.refused
}

function checkOf(file: string, site?: string): string {
  return `npx paramedic config check ${asTyped(file)}${site === undefined ? '' : ` --site ${site}`}`
}

function readAt(
  file: string,
  site: string | undefined,
): { configuration: OwnConfiguration } | { problem: string } {
  try {
    return { configuration: loadConfiguration(file, { site }) }
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { problem: error.message }
  }
}
