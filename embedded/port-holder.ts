import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const TOOL_WITHIN_MS = 2_000
const SHOWN_CHARACTERS = 80

/** Who listens on a port of this machine, as `node /srv/api/main.ts (pid 4711)`; undefined when nobody may or can say. */
export async function portHolder(port: number): Promise<string | undefined> {
  const pid =
    /\bpid=(\d+)/.exec(await say('ss', ['-ltnpH', `sport = :${port}`]))?.[1] ??
    /^p(\d+)$/m.exec(await say('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']))?.[1]
  return pid === undefined ? undefined : `${await commandOf(pid)} (pid ${pid})`
}

/** Not what the system calls its first thread: of every Node that is `MainThread`. */
async function commandOf(pid: string): Promise<string> {
  const [program = '', ...args] = (await say('ps', ['-ww', '-o', 'args=', '-p', pid])).trim().split(/\s+/)
  if (program === '') return 'a process'
  const words = args.slice(
    Math.max(
      args.findIndex(word => !word.startsWith('-')),
      0,
    ),
  )
  return [basename(program), ...words].join(' ').slice(0, SHOWN_CHARACTERS)
}

/** Only a courtesy: a tool that is absent or refuses has nothing to say. */
async function say(tool: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(tool, args, { timeout: TOOL_WITHIN_MS }).then(
    ({ stdout }) => stdout,
    () => '',
  )
}
