import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this user's copy of the Temporal server is kept, shared by all clones. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['XDG_CACHE_HOME']
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  if (given?.startsWith('/') === true) return join(given, 'paramedic')
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'paramedic')
    : join(homedir(), '.cache', 'paramedic')
}
