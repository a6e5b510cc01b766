/** When a routine is due, and how late it may still be. */

/** Whose targets are meant. */
export interface Place {
  system: string
  environment: string
}

export interface Schedule extends Place {
  /** Minute, hour, day of the month, month, day of the week, by the clocks of `zone`. */
  cron: string
  zone: string
  /** A run begins, and begins steps, until this long after its time. */
  windowMs: number
}

/** One run of a routine: its time, and when it may begin nothing more. */
export interface Occurrence {
  dueAtMs: number
  closesAtMs: number
}

/** Of all runs of a routine one is open at a time. */
export function routineKey(runbook: string): string {
  return `routine/${runbook}`
}
