import type { Command } from 'commander'
import { runbookJsonSchema } from '../../language/runbook-json-schema.ts'
import { runbookReference } from '../../language/runbook-reference.ts'
import { withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'
import { define as defineDiff } from './runbook-diff.ts'
import { define as defineExplain } from './runbook-explain.ts'
import { define as defineLint } from './runbook-lint.ts'
import { define as defineNew } from './runbook-new.ts'
import { define as defineList } from './runbook-list.ts'
import { define as defineRun } from './runbook-run.ts'
import { define as defineSchedule } from './runbook-schedule.ts'
import { define as defineShow } from './runbook-show.ts'
import { define as defineSync } from './runbook-sync.ts'
import { define as defineTest } from './runbook-test.ts'

export function define(noun: Command): void {
  defineLint(noun)
  defineExplain(noun)
  defineDiff(noun)
  defineNew(noun)
  defineTest(noun)
  defineSync(noun)
  defineList(noun)
  defineShow(noun)
  defineSchedule(noun)
  defineRun(noun)

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
