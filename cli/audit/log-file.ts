/** The log as a file: one entry a line, as JSON, so that it can be checked without a service. */
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { ChainedEntry, ChainHead } from '../../contracts/audit-views.ts'
import { checkCheckpoint, createChainCheck, genesis } from '../../proof/chain.ts'
import type { Verified } from '../../proof/verify-log.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'

/** Writes entries as they come; without a path to standard output. Returns the last one. */
export async function writeLog(
  entries: AsyncIterable<ChainedEntry>,
  path: string | undefined,
): Promise<{ count: number; head: ChainHead }> {
  // Never over something that is there: it may be the only copy of what an earlier log said.
  const out = path === undefined ? process.stdout : createWriteStream(path, { flags: 'wx', mode: 0o600 })
  const failed =
    path === undefined
      ? undefined
      : once(out, 'error').then(([error]) => Promise.reject(unwritable(path, error)))
  let head = genesis
  let count = 0
  const write = async (): Promise<void> => {
    for await (const entry of entries) {
      if (!out.write(lineOf(entry))) await once(out, 'drain')
      head = { seq: entry.seq, hash: entry.hash }
      count += 1
    }
    if (path !== undefined) {
      out.end()
      await finished(out)
    }
  }
  await Promise.race(failed === undefined ? [write()] : [write(), failed])
  return { count, head }
}

/** Line separators of Unicode are escaped, so that no reader of lines takes one entry for two. */
function lineOf(entry: ChainedEntry): string {
  const escaped = JSON.stringify(entry).replace(/[\u2028\u2029]/g, separator =>
    separator === '\u2028' ? '\\u2028' : '\\u2029',
  )
  return `${escaped}\n`
}

/** Checks the chain in a file. What was cut off at its end is seen by a checkpoint only. */
export async function verifyFile(path: string, checkpoint: ChainHead | undefined): Promise<Verified> {
  const check = createChainCheck(genesis)
  const verified: Verified = { entries: 0, head: genesis, incidents: 0, chainFaults: [], rowFaults: [] }
  let met: ChainedEntry | undefined
  for await (const line of linesOf(path)) {
    if (line.trim() === '') continue
    const entry = parseLine(path, line, verified.entries + 1)
    verified.chainFaults.push(...check.take(entry))
    verified.entries += 1
    verified.head = { seq: entry.seq, hash: entry.hash }
    if (entry.seq === checkpoint?.seq) met = entry
  }
  verified.chainFaults.push(...check.end())
  if (checkpoint !== undefined) verified.chainFaults.push(...checkCheckpoint(checkpoint, met))
  return verified
}

/** Lines end with LF and nothing else: readline would also end them at U+2028, which a note may contain. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (cause) {
    throw cause instanceof Failure ? cause : unreadable(path, reasonOf(cause))
  }
  yield rest
}

function parseLine(path: string, line: string, number: number): ChainedEntry {
  try {
    const { seq, incident, recordedAt, prevHash, hash, content } = JSON.parse(line) as ChainedEntry
    const texts = [recordedAt, prevHash, hash, content]
    if (typeof seq === 'number' && texts.every(text => typeof text === 'string'))
      return { seq, incident: incident ?? null, recordedAt, prevHash, hash, content }
  } catch {
    // Told below: whatever it is, it is no entry.
  }
  throw unreadable(path, `line ${number} is no entry`)
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error && 'code' in cause)) return String(cause)
  return cause.code === 'ENOENT' ? 'it does not exist' : String(cause.code)
}

function unreadable(path: string, why: string): Failure {
  return new Failure('unreadable_file', `${path} cannot be read as a log: ${why}.`, {
    hint: 'give a file that this wrote: npx paramedic audit export --out log.jsonl',
    exitCode: exitCodes.usage,
  })
}

function unwritable(path: string, error: unknown): Failure {
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return new Failure('unreadable_file', `${path} cannot be written (${why}).`, {
    hint: why === 'EEXIST' ? 'give a path where nothing is yet' : 'give another path',
    exitCode: exitCodes.usage,
  })
}
