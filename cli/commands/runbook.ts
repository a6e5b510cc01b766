import { readFileSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Fault } from '../../language/fault.ts'
import { formatFault } from '../../language/format-fault.ts'
import { lintTogether } from '../../language/lint-together.ts'
import { type ParsedRunbook, parseRunbook } from '../../language/parse-runbook.ts'
import { runbookJsonSchema } from '../../language/runbook-json-schema.ts'
import { runbookReference } from '../../language/runbook-reference.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { counted, shortHash } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { asTyped } from '../terminal/shell-word.ts'
import { table } from '../terminal/table.ts'
import { define as defineDiff } from './runbook-diff.ts'
import { define as defineExplain } from './runbook-explain.ts'
import { define as defineNew } from './runbook-new.ts'
import { define as defineTest } from './runbook-test.ts'

const usualFolder = 'runbooks'

export function define(noun: Command): void {
  const lint = noun
    .command('lint')
    .description('everything that is wrong with runbooks, at once, with line and column')
    .argument('[path...]', `files or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .action((paths: string[], _: object, command: Command) =>
      inSession(command, session => lintRunbooks(session, paths)),
    )
  withExamples(lint, ['runbook lint', 'runbook lint runbooks/shop/pool-exhausted.yaml --json'])
  defineExplain(noun)
  defineDiff(noun)
  defineNew(noun)
  defineTest(noun)

  const schema = noun
    .command('schema')
    .description('the JSON Schema of a runbook, for editors')
    .action((_: object, command: Command) =>
      inSession(command, session => Promise.resolve(session.printJson(runbookJsonSchema()))),
    )
  withExamples(schema, ['runbook schema > runbook.schema.json'])

  const reference = noun
    .command('reference')
    .description('every key, condition, check and action of this version, as Markdown')
    .action((_: object, command: Command) =>
      inSession(command, session => Promise.resolve(printReference(session))),
    )
  withExamples(reference, ['runbook reference > runbook-reference.md'])
}

function printReference({ terminal, isJson, printJson }: Session): ExitCode {
  const reference = runbookReference()
  if (isJson) printJson({ markdown: reference })
  else terminal.print(reference.trimEnd().split('\n'))
  return exitCodes.ok
}

interface Linted {
  file: string
  text: string
  /** Missing when the file alone has faults. */
  sound?: Exclude<ParsedRunbook, { faults: Fault[] }>
  faults: Fault[]
}

async function lintRunbooks(session: Session, given: readonly string[]): Promise<ExitCode> {
  const paths = given.length > 0 ? given : [process.env['PARAMEDIC_RUNBOOKS'] ?? usualFolder]
  const files = (await Promise.all(paths.map(filesIn))).flat()
  if (files.length === 0) throw unreadable(paths.join(', '), 'there is no .yaml file')
  const linted = withFaultsTogether(files.map(lintFile))
  const faults = linted.flatMap(runbook => runbook.faults)
  if (session.isJson)
    session.printJson({
      runbooks: linted.map(({ file, sound, faults }) => ({
        file,
        name: sound?.runbook.name,
        hash: sound?.hash,
        faults,
      })),
    })
  else print(session, linted, faults.length, given)
  return faults.length === 0 ? exitCodes.ok : exitCodes.refused
}

function print(
  { terminal }: Session,
  linted: readonly Linted[],
  faults: number,
  given: readonly string[],
): void {
  const { paint } = terminal
  const valid = linted.flatMap(({ file, sound }) =>
    sound === undefined ? [] : [[sound.runbook.name, shortHash(sound.hash), file]],
  )
  terminal.print(table(valid, paint))
  for (const { text, faults: found } of linted) {
    for (const fault of found) terminal.print(['', ...formatFault(fault, text).split('\n')])
  }
  terminal.print([
    '',
    faults === 0
      ? paint.good(`${counted(linted.length, 'runbook')}, nothing wrong.`)
      : paint.bad(
          `${counted(faults, 'fault')} in ${counted(linted.filter(one => one.faults.length > 0).length, 'file')}.`,
        ),
    ...(faults === 0 ? [] : [paint.command(['npx paramedic runbook lint', ...given.map(asTyped)].join(' '))]),
  ])
}

function lintFile(file: string): Linted {
  const text = readFileSync(file, 'utf8')
  const parsed = parseRunbook(text, file)
  if ('faults' in parsed) return { file, text, faults: parsed.faults }
  return { file, text, sound: parsed, faults: [] }
}

/** What a process refuses to hold side by side no single file shows. */
function withFaultsTogether(linted: readonly Linted[]): Linted[] {
  const faults = lintTogether(
    linted.flatMap(({ file, sound }) => (sound === undefined ? [] : [{ file, ...sound }])),
  )
  return linted.map(one => ({
    ...one,
    faults: [...one.faults, ...faults.filter(({ file }) => file === one.file)],
  }))
}

async function filesIn(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw unreadable(path, 'it does not exist')
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  return names
    .filter(isRunbook)
    .sort()
    .map(name => join(path, name))
}

/** Drills lie beside the runbooks they rehearse. */
function isRunbook(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.drill\.ya?ml$/.test(name)
}

function unreadable(path: string, reason: string): Failure {
  return new Failure('unreadable_file', `No runbooks could be read from ${path}: ${reason}.`, {
    hint: 'give the path of a runbook or of a folder with some',
    exitCode: exitCodes.usage,
  })
}
