import { type Command, InvalidArgumentError } from 'commander'
import { exitCodesHelp } from './exit-codes.ts'

/** Adds what every `--help` ends with: examples and the exit codes. */
export function withExamples(
  command: Command,
  examples: readonly string[],
  notes: readonly string[] = [],
): Command {
  const lines = examples.map(example => `  $ npx paramedic ${example}`)
  const text = ['', 'Examples:', ...lines, ...(notes.length > 0 ? ['', ...notes] : []), '', exitCodesHelp]
  return command.addHelpText('after', text.join('\n'))
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
