import { createInterface } from 'node:readline/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import { createPaint, type Paint } from './paint.ts'

/** Text wider than this is hard to read, and pasted badly. */
const widest = 100
/** A narrower terminal gets lines that wrap by themselves. */
const narrowest = 40

/** Where a command's output goes and how it should look there. */
export interface Terminal {
  /** Somebody looks at it now; a script or file otherwise. */
  isInteractive: boolean
  /** A person can be asked: both input and output are a terminal. */
  canAsk: boolean
  paint: Paint
  /** Columns to write in. */
  width(): number
  rows(): number
  /** All there are, however wide. */
  columns(): number
  print(lines: readonly string[]): void
  /** As it is, for JSON and screen control. */
  write(text: string): void
  ask(question: string): Promise<string>
}

interface Streams {
  stdin: NodeJS.ReadStream & Partial<ReadStream>
  stdout: NodeJS.WriteStream & Partial<WriteStream>
}

/** Colours only on a terminal, and never when NO_COLOR is set (https://no-color.org) or the terminal is dumb. */
export function createTerminal(
  { stdin, stdout }: Streams,
  env: NodeJS.ProcessEnv,
  isColourAllowed = true,
): Terminal {
  const isInteractive = stdout.isTTY === true
  const isDumb = env['TERM'] === 'dumb'
  const hasNoColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== ''
  const width = (): number =>
    isInteractive ? Math.max(narrowest, Math.min(widest, stdout.columns || widest)) : widest
  return {
    isInteractive: isInteractive && !isDumb,
    canAsk: isInteractive && stdin.isTTY === true,
    paint: createPaint(isInteractive && isColourAllowed && !hasNoColor && !isDumb),
    width,
    rows: () => stdout.rows || 24,
    columns: () => stdout.columns || widest,
    print: lines => {
      // A newline inside a line would start another one: ours begin where we say.
      for (const line of lines) stdout.write(`${line.replace(/\s*\n\s*/g, ' ').trimEnd()}\n`)
    },
    write: text => {
      stdout.write(text)
    },
    ask: async question => {
      const reader = createInterface({ input: stdin, output: stdout })
      // Ctrl-C and Ctrl-D are answers too: neither is a yes.
      const closed = new Promise<string>(resolve => reader.once('close', () => resolve('')))
      try {
        return (await Promise.race([reader.question(question), closed])).trim()
      } finally {
        reader.close()
      }
    },
  }
}
