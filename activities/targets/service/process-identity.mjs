import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** One process and no other: a pid alone is given to somebody else after its owner has died. */
export interface ProcessIdentity {
  pid: number
  /** Opaque: equal strings mean the same start. Ticks since boot on Linux, `ps` start time (whole seconds) elsewhere. */
  startTime: string
}

/** When the process with this pid started; undefined when there is none, or only a zombie that nobody has reaped. */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)
}

export function isRunning(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startTime === other.startTime
}

// proc_pid_stat(5): field 2 is the command in parentheses and may hold spaces and parentheses itself, so fields are
// counted from the last ')': field 3 (state) is the first after it, field 22 (starttime) the twentieth.
const stateAfterCommand = 0
const startTimeAfterCommand = 19

function startTimeFromProc(pid: number): string | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields[startTimeAfterCommand]
  return ticks === undefined || isDead(fields[stateAfterCommand] ?? '') ? undefined : `${ticks}@${bootId()}`
}

function startTimeFromPs(pid: number): string | undefined {
  const answer = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
  })
  const [, state, startTime] = /^\s*(\S+)\s+(.+?)\s*$/.exec(answer.stdout) ?? []
  return state === undefined || startTime === undefined || isDead(state) ? undefined : startTime
}

function isDead(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X')
}

let knownBootId: string | undefined

/** Ticks count from boot, so after a reboot the same pid and ticks can come again; the boot's own id tells them apart. */
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  return knownBootId
}
