import { readFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

/** A file that a person named, or standard input for `-`, and what to call it. Throws `unreadable_file`. */
export async function readText(file: string): Promise<{ text: string; name: string }> {
  if (file === '-') return { text: await textOf(process.stdin), name: 'standard input' }
  try {
    return { text: readFileSync(file, 'utf8'), name: file }
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new Failure('unreadable_file', `${file} could not be read: ${code}.`, {
      hint: 'give the path of a file, or `-` for standard input',
      exitCode: exitCodes.usage,
      cause: error,
    })
  }
}
