export interface ZonedTime {
  /** `2026-03-14` */
  day: string
  /** `04:02:09` */
  time: string
  /** `CET`, or its distance from UTC where English has no name for it. */
  zone: string
}

/** Reads moments in a zone, an IANA name. Kept where many are read: making the formatter takes forty times what using it does. */
export function zonedTimes(timeZone: string): (ms: number) => ZonedTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  return ms => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(part => [part.type, part.value]))
    return {
      day: `${parts['year']}-${parts['month']}-${parts['day']}`,
      time: `${parts['hour']}:${parts['minute']}:${parts['second']}`,
      zone: isUtc(timeZone) ? 'UTC' : (parts['timeZoneName'] ?? timeZone),
    }
  }
}

/** Says a moment exactly, as `2026-03-14 04:02:09 CET (03:02:09 UTC)`: in a zone, with UTC beside it. */
export function exactMoments(timeZone: string): (ms: number) => string {
  const local = zonedTimes(timeZone)
  const utc = zonedTimes('UTC')
  return ms => {
    const there = utc(ms)
    if (isUtc(timeZone)) return `${there.day} ${there.time} UTC`
    const here = local(ms)
    const otherDay = here.day === there.day ? '' : `${there.day} `
    return `${here.day} ${here.time} ${here.zone} (${otherDay}${there.time} UTC)`
  }
}

function isUtc(timeZone: string): boolean {
  return ['UTC', 'Etc/UTC', 'Etc/UCT', 'Etc/GMT', 'GMT'].includes(timeZone)
}
