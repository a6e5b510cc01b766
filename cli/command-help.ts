import { type Command, InvalidArgumentError } from 'commander'
import { exitCodesHelp } from './exit-codes.ts'
import { wrap } from './terminal/width.ts'

const examplesByCommand = new WeakMap<Command, readonly string[]>()
/** A noun with many verbs shows this many of their examples. */
const shownOfVerbs = 6
/** A help that is not on a terminal is as wide as commander makes it. */
const usualWidth = 80

/** Adds what every `--help` ends with: examples and the exit codes. */
export function withExamples(
  command: Command,
  examples: readonly string[],
  notes: readonly string[] = [],
): Command {
  examplesByCommand.set(command, examples)
  return command.addHelpText('after', () => {
    const width = process.stdout.columns || usualWidth
    const wrapped = (text: string): string => wrap(text, width).join('\n')
    // What is set in columns, or to be copied, is left as it is.
    const told = notes.map(note => (note.startsWith(' ') ? note : wrapped(note)))
    const lines = examples.map(example => `  $ npx paramedic ${example}`)
    const parts = ['', 'Examples:', ...lines, ...(told.length > 0 ? ['', ...told] : [])]
    return [...parts, '', wrapped(exitCodesHelp)].join('\n')
  })
}

/** The same for a noun, with the first example of its verbs. */
export function withExamplesOfVerbs(noun: Command): Command {
  const examples = noun.commands.flatMap(verb => examplesOf(verb).slice(0, 1))
  return withExamples(noun, examples.slice(0, shownOfVerbs))
}

export function examplesOf(command: Command): readonly string[] {
  return examplesByCommand.get(command) ?? []
}

export const numberArgument = ['<number>', 'its number, the unique end of it (001), or `latest`'] as const

/** For options that take one of a few words, in whatever case they are typed. */
export function oneOf<T extends string>(words: readonly T[]): (written: string) => T {
  return written => {
    const found = words.find(word => word.toLowerCase() === written.toLowerCase())
    if (found === undefined) throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`)
    return found
  }
}

export function wholeNumber(min: number, max: number): (written: string) => number {
  return written => {
    const number = Number(written)
    if (!/^\d+$/.test(written) || number < min || number > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`)
    return number
  }
}

export const percent = wholeNumber(0, 100)
