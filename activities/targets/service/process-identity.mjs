import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

// Plain JavaScript: the bootstrap of `npm start` reads it before anything is installed, on Node 20. Types are in the .d.mts.
export function startTimeOf(pid) {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)
}

export function isRunning(identity) {
  return startTimeOf(identity.pid) === identity.startTime
}

export function isSameProcess(one, other) {
  return one.pid === other.pid && one.startTime === other.startTime
}

// proc_pid_stat(5): field 2 is the command in parentheses and may hold spaces and parentheses itself, so fields are
// counted from the last ')': field 3 (state) is the first after it, field 22 (starttime) the twentieth.
const stateAfterCommand = 0
const startTimeAfterCommand = 19

function startTimeFromProc(pid) {
  let stat
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields[startTimeAfterCommand]
  return ticks === undefined || isDead(fields[stateAfterCommand] ?? '') ? undefined : `${ticks}@${bootId()}`
}

function startTimeFromPs(pid) {
  const answer = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
  })
  const [, state, startTime] = /^\s*(\S+)\s+(.+?)\s*$/.exec(answer.stdout) ?? []
  return state === undefined || startTime === undefined || isDead(state) ? undefined : startTime
}

function isDead(state) {
  return state.startsWith('Z') || state.startsWith('X')
}

let knownBootId

/** Ticks count from boot, so after a reboot the same pid and ticks can come again; the boot's own id tells them apart. */
function bootId() {
  knownBootId ??= readBootId()
  return knownBootId
}

function readBootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  } catch {
    return 'unknown-boot'
  }
}
