/** In which form a linter answers. */
import { type Command, Option } from 'commander'
import { oneOf } from '../command-help.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { Session } from '../session.ts'

const formats = ['text', 'json', 'github'] as const
export type Format = (typeof formats)[number]

export function addFormat(command: Command): Command {
  return command.addOption(
    new Option(
      '--format <name>',
      'text, json (as --json), or github: annotations of a pull request',
    ).argParser(oneOf(formats)),
  )
}

/** Throws `wrong_usage` for two forms at once. */
export function formatOf({ isJson }: Session, asked: Format | undefined): Format {
  if (!isJson) return asked ?? 'text'
  if (asked === undefined || asked === 'json') return 'json'
  throw new Failure('wrong_usage', `--json and --format ${asked} exclude each other.`, {
    hint: 'give one of them',
    exitCode: exitCodes.usage,
  })
}
