import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { startTimeOf } from '../activities/targets/service/process-identity.mjs'

/** Where `npm start` of this machine keeps its files, and whether it runs now. */
export interface LocalStart {
  /** The folder to start it in. */
  project: string
  logs: string
  /** Undefined when it does not run. */
  pid: number | undefined
}

/** The start that wrote this connection file; undefined when the connection is to somewhere else. */
export function localStart(connectionFile: string): LocalStart | undefined {
  if (basename(connectionFile) !== 'connection.json') return undefined
  const folder = dirname(connectionFile)
  return { project: dirname(folder), logs: join(folder, 'logs'), pid: holderOf(join(folder, 'start.lock')) }
}

/** A pid alone may be somebody else's by now; the lock says when its process started. */
function holderOf(lock: string): number | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(lock, 'utf8'))
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || !('identity' in holder))
      return undefined
    const { pid, identity } = holder
    return typeof pid === 'number' && startTimeOf(pid) === identity ? pid : undefined
  } catch {
    // No lock, no start.
    return undefined
  }
}
