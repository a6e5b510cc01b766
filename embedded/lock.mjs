import { linkSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { startTimeOf } from '../activities/targets/service/process-identity.mjs'

const POLL_MS = 200
// A take-over is three system calls; one that is this old was interrupted.
const TAKE_OVER_STALE_MS = 10_000

/**
 * Takes the lock file, or says who has it. The lock of a process that is gone is taken over.
 * @returns {{ release(): void } | { holder: { pid: number } }}
 */
export function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true })
  if (create(file)) return held(file)
  const holder = readHolder(file)
  if (holder === undefined) return create(file) ? held(file) : { holder: { pid: 0 } }
  if (isAlive(holder)) return { holder: { pid: holder.pid } }
  removeStale(file)
  return create(file) ? held(file) : { holder: { pid: readHolder(file)?.pid ?? 0 } }
}

/** Waits for the lock; `onWait(pid)` is called once when somebody else has it. */
export async function waitForLock(file, onWait) {
  let said = false
  for (;;) {
    const result = tryLock(file)
    if ('release' in result) return result
    if (!said) {
      said = true
      onWait(result.holder.pid)
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

// Linked into place, so that nobody ever reads a lock that is not written yet.
function create(file) {
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify({ pid: process.pid, identity: startTimeOf(process.pid) }))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(own)
  }
}

function held(file) {
  return {
    release() {
      if (readHolder(file)?.pid === process.pid) unlinkSync(file)
    },
  }
}

function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    // Written half by a machine that lost power.
    return { pid: 0, identity: 'unreadable' }
  }
}

function isAlive(holder) {
  const identity = startTimeOf(holder.pid)
  return identity !== undefined && holder.identity === identity
}

// Two processes may see the same stale lock; without this second lock the slower one would remove the new lock
// of the faster one.
function removeStale(file) {
  const guard = `${file}.take-over`
  if (isOlderThan(guard, TAKE_OVER_STALE_MS)) removeGuard(guard)
  try {
    mkdirSync(guard)
  } catch {
    return
  }
  try {
    const holder = readHolder(file)
    if (holder !== undefined && !isAlive(holder)) unlinkSync(file)
  } finally {
    removeGuard(guard)
  }
}

function removeGuard(guard) {
  try {
    rmdirSync(guard)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function isOlderThan(file, ageMs) {
  try {
    return Date.now() - statSync(file).mtimeMs > ageMs
  } catch {
    return false
  }
}
