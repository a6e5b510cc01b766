import type { Command } from 'commander'
import { drillJsonSchema } from '../../language/drill-json-schema.ts'
import { drillReference } from '../../language/drill-reference.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'
import { define as defineLint } from './drill-lint.ts'
import { define as defineMutate } from './drill-mutate.ts'
import { define as definePlay } from './drill-play.ts'
import { define as defineRun } from './drill-run.ts'

export function define(noun: Command): void {
  defineRun(noun)
  definePlay(noun)
  defineMutate(noun)
  defineLint(noun)

  const schema = noun
    .command('schema')
    .description('the JSON Schema of a file of drills, for editors')
    .action((_: object, command: Command) =>
      inSession(command, session => Promise.resolve(session.printJson(drillJsonSchema()))),
    )
  withExamples(schema, ['drill schema > drill.schema.json'])

  const reference = noun
    .command('reference')
    .description('every key of a file of drills, as Markdown')
    .action((_: object, command: Command) =>
      inSession(command, session => Promise.resolve(printReference(session))),
    )
  withExamples(reference, ['drill reference > drill-reference.md'])
}

function printReference({ terminal, isJson, printJson }: Session): ExitCode {
  const reference = drillReference()
  if (isJson) printJson({ markdown: reference })
  else terminal.print(reference.trimEnd().split('\n'))
  return exitCodes.ok
}
