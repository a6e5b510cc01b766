/** What was typed and cannot be understood: says what is wrong with it, and the command that was probably meant. */
import type { Command, CommanderError } from 'commander'
import { examplesOf } from './command-help.ts'
import { exitCodes } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { asTyped } from './terminal/shell-word.ts'

/** @param program with the verbs of every noun, so that a forgotten noun can be told. */
export function wrongUsage(error: CommanderError, program: Command, args: readonly string[]): Failure {
  const command = deepest(program, args)
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  const hint = meant(error, program, command, args) ?? `see ${lineOf(pathOf(command))} --help`
  return new Failure('wrong_usage', message, { hint, exitCode: exitCodes.usage })
}

/** The verb is missing; its noun's help has been printed already. */
export function missingVerb(program: Command, args: readonly string[]): Failure {
  const noun = deepest(program, args)
  const verbs = noun.commands.map(verb => verb.name()).join(', ')
  return new Failure('wrong_usage', `${lineOf(pathOf(noun))} needs one of: ${verbs}.`, {
    hint: `see ${lineOf(pathOf(noun))} --help`,
    exitCode: exitCodes.usage,
  })
}

function meant(
  error: CommanderError,
  program: Command,
  command: Command,
  args: readonly string[],
): string | undefined {
  switch (error.code) {
    case 'commander.unknownCommand':
      return corrected(error, args) ?? withItsNoun(program, command, args)
    case 'commander.unknownOption':
      return corrected(error, args)
    case 'commander.missingMandatoryOptionValue':
      return isOtherwiseRight(command, args) ? completed(command, args) : example(command)
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
    case 'commander.excessArguments':
    case 'commander.invalidArgument':
      return example(command)
    default:
      return undefined
  }
}

/** Commander's own suggestion, put in the place of what was typed. */
function corrected({ message }: CommanderError, args: readonly string[]): string | undefined {
  const wrong = /unknown (?:command|option) '([^']+)'/.exec(message)?.[1]
  const right = /\(Did you mean (?:one of )?([^,?]+)[,?]/.exec(message)?.[1]
  if (wrong === undefined || right === undefined) return undefined
  // `--opn=x` is named without its value.
  return lineOf(args.map(arg => (arg.split('=')[0] === wrong ? arg.replace(wrong, right) : arg)))
}

/** `ack 001` was meant as `incident ack 001`; a line for each noun that has the verb. */
function withItsNoun(program: Command, command: Command, args: readonly string[]): string | undefined {
  const at = args.findIndex(isWord)
  const nouns = program.commands.filter(noun => noun.commands.some(verb => isNamed(verb, args[at] ?? '')))
  if (command !== program || nouns.length === 0) return undefined
  return nouns.map(noun => lineOf([...args.slice(0, at), noun.name(), ...args.slice(at)])).join('\n')
}

/** Its arguments are all there, and no option is misspelt, which may be the one that is missing. */
function isOtherwiseRight(command: Command, args: readonly string[]): boolean {
  const required = command.registeredArguments.filter(argument => argument.required)
  const known = [command, ...ancestorsOf(command)].flatMap(({ options }) => options.map(({ long }) => long))
  const isKnown = (arg: string): boolean => known.includes(arg.split('=')[0])
  return command.args.length >= required.length && args.every(arg => !arg.startsWith('--') || isKnown(arg))
}

/** What was typed, with a place for each option that has to be given. */
function completed(command: Command, args: readonly string[]): string {
  const missing = command.options.filter(
    ({ mandatory, long }) => mandatory && !args.some(arg => arg.split('=')[0] === long),
  )
  return [lineOf(args), ...missing.map(({ long }) => `${long} "..."`)].join(' ')
}

function example(command: Command): string | undefined {
  const [first] = examplesOf(command)
  if (first === undefined) return undefined
  return `for example: npx paramedic ${first}\nmore: ${lineOf(pathOf(command))} --help`
}

/** The command that the words lead to, as far as they lead. */
function deepest(program: Command, args: readonly string[]): Command {
  let command = program
  for (const word of args.filter(isWord)) {
    const next = command.commands.find(one => isNamed(one, word))
    if (next === undefined) return command
    command = next
  }
  return command
}

function isNamed(command: Command, word: string): boolean {
  return command.name() === word || command.aliases().includes(word)
}

function isWord(arg: string): boolean {
  return !arg.startsWith('-')
}

/** The words that name a command, without the program's own. */
function pathOf(command: Command): string[] {
  const [, ...nouns] = ancestorsOf(command)
  return command.parent === null ? [] : [...nouns.map(noun => noun.name()), command.name()]
}

/** From the program down to what the command stands under. */
function ancestorsOf({ parent }: Command): Command[] {
  return parent === null ? [] : [...ancestorsOf(parent), parent]
}

function lineOf(words: readonly string[]): string {
  return ['npx paramedic', ...words.map(asTyped)].join(' ')
}
