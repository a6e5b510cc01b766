import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '../../../contracts/coded-error.ts'
import { isRunning, startTimeOf, type ProcessIdentity } from './process-identity.mjs'

/** Between two tries for the lock; a start takes a few milliseconds. */
const retryMs = 20
/** A holder may be waiting out a stop's grace; longer than this somebody has to look. */
const giveUpAfterMs = 60_000

/**
 * Runs `work` while holding the lock file; one holder per file on this machine, whichever processes ask.
 * A lock whose holder has died is taken over. `work` receives `isStillMine` to ask just before its effect.
 * @throws CodedError target_unavailable when the lock stays taken for a minute.
 */
export async function withStartLock<T>(
  lockFile: string,
  work: (isStillMine: () => boolean) => Promise<T>,
): Promise<T> {
  const mine = await acquire(lockFile)
  try {
    return await work(() => contentOf(lockFile) === mine)
  } finally {
    if (contentOf(lockFile) === mine) rmSync(lockFile, { force: true })
  }
}

async function acquire(lockFile: string): Promise<string> {
  const holder: ProcessIdentity = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
  const mine = JSON.stringify({ ...holder, id: randomUUID() })
  const giveUpAt = performance.now() + giveUpAfterMs
  while (!tryToCreate(lockFile, mine)) {
    const theirs = contentOf(lockFile)
    if (theirs !== undefined && !isHeld(theirs)) {
      removeStale(lockFile, theirs)
      continue
    }
    if (performance.now() > giveUpAt) {
      throw new CodedError(
        'target_unavailable',
        `Waited ${giveUpAfterMs / 1000} s for ${lockFile}, held by ${theirs ?? 'nobody'}`,
        {
          hint: 'Another start or stop of this process hangs; end the process that holds the lock.',
        },
      )
    }
    await delay(retryMs)
  }
  return mine
}

/** link(2) fails when the name exists, as O_EXCL does, but the file appears with its content: nobody sees it empty. */
function tryToCreate(lockFile: string, content: string): boolean {
  const draft = `${lockFile}.${randomUUID()}`
  writeFileSync(draft, content, { flag: 'wx', mode: 0o600 })
  try {
    linkSync(draft, lockFile)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Two that found the same dead holder race here: the rename takes the file away first and asks afterwards whose it was. */
function removeStale(lockFile: string, stale: string): void {
  const aside = `${lockFile}.${randomUUID()}`
  try {
    renameSync(lockFile, aside)
    if (contentOf(aside) !== stale) linkSync(aside, lockFile)
  } catch (error) {
    // ENOENT: the other one removed it. EEXIST: a third took the lock meanwhile; the holder put aside sees that it lost it.
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function isHeld(content: string): boolean {
  const holder = parseIdentity(content)
  return holder !== undefined && isRunning(holder)
}

export function parseIdentity(content: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value))
      return undefined
    const { pid, startTime } = value
    // 0 and negative numbers address process groups in kill(2); 1 is never ours.
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 1 || typeof startTime !== 'string')
      return undefined
    return { pid, startTime }
  } catch {
    return undefined
  }
}

export function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
