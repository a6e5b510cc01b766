/** One process and no other: a pid alone is given to somebody else after its owner has died. */
export interface ProcessIdentity {
  pid: number
  /** Opaque: equal strings mean the same start. Ticks since boot on Linux, `ps` start time (whole seconds) elsewhere. */
  startTime: string
}

/** When the process with this pid started; undefined when there is none, or only a zombie that nobody has reaped. */
export function startTimeOf(pid: number): string | undefined

export function isRunning(identity: ProcessIdentity): boolean

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean
