/** Text that a person wrote and that has not been sent: it outlives a crash, a reboot and a refusal. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'

export interface Unsent {
  file: string
  /** It was there before: an earlier edit that was never sent. */
  isLeftOver: boolean
}

/** Where an incident's post-mortem is edited (XDG Base Directory: state). */
export function unsentPath(number: string, env: NodeJS.ProcessEnv): string {
  const named = env['XDG_STATE_HOME']
  const state = named === undefined || named === '' ? join(homedir(), '.local', 'state') : named
  return join(state, 'paramedic', 'post-mortems', `${number}.md`)
}

/** The file with `text`, or with what was written before and never sent. */
export function unsentFile(number: string, text: string, env: NodeJS.ProcessEnv): Unsent {
  const file = unsentPath(number, env)
  try {
    if (existsSync(file)) return { file, isLeftOver: true }
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return { file, isLeftOver: false }
  } catch (cause) {
    throw unusable(file, cause)
  }
}

export function readUnsent(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unusable(file, cause)
  }
}

/** It has arrived, or nothing was written. */
export function forget(file: string): void {
  rmSync(file, { force: true })
}

function unusable(file: string, cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Failure('unreadable_file', `${file} cannot be used: ${reason}.`, {
    hint: 'set XDG_STATE_HOME to a folder of yours, or name a file with --file',
    cause,
  })
}
