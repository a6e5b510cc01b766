import { readFile, rename, stat } from 'node:fs/promises'

// Enough for a day of a busy sandbox; the one before is kept as `<name>.old`.
const ROTATE_ABOVE_BYTES = 20 * 1024 * 1024
const TAIL_LINES = 15

/** Puts a log that has grown over 20 MB aside. Called before its writer starts. */
export async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  )
  if (size > ROTATE_ABOVE_BYTES) await rename(file, `${file}.old`)
}

/** The last lines of a log, for an error message. */
export async function tailOf(file: string): Promise<string> {
  return lastLines(await readFile(file, 'utf8').catch(() => ''))
}

export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
}
