import type { AlertView } from '../../contracts/views.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { clip } from '../terminal/width.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { hanging, type View } from './view.ts'

/** More than this many alerts of one name are counted, not listed. */
const listedAtMost = 3
/** An annotation may have 16 KiB; what fires is said in three lines. */
const summaryLength = 280

/** What fired, alerts of one name together: the firing ones first. */
export function fired(alerts: readonly AlertView[], view: View): string[] {
  const byName = Map.groupBy(
    alerts.toSorted((a, b) => rank(a) - rank(b) || Date.parse(a.startsAt) - Date.parse(b.startsAt)),
    alert => alert.name,
  )
  return [...byName.values()].flatMap(group => [
    ...group.slice(0, listedAtMost).flatMap(alert => oneAlert(alert, view)),
    ...rest(group.slice(listedAtMost), view),
  ])
}

function rank(alert: AlertView): number {
  return alert.status === 'firing' ? 0 : 1
}

function oneAlert(alert: AlertView, view: View): string[] {
  const { paint, clock, now } = view
  const isFiring = alert.status === 'firing'
  const startedMs = Date.parse(alert.startsAt)
  const endedMs = alert.endsAt === null ? undefined : Date.parse(alert.endsAt)
  const since = isFiring
    ? `fires since ${clock.near(startedMs, now)} (${wholeDuration(now - startedMs)})`
    : `fired ${clock.near(startedMs, now)} to ${endedMs === undefined ? 'some time' : clock.near(endedMs, startedMs)}`
  const times = alert.events > 1 ? `, reported ${alert.events} times` : ''
  const mark = isFiring ? paint.bad('●') : paint.good('○')
  const name = oneLine(alert.name)
  const summary = oneLine(alert.annotations['summary'] ?? alert.annotations['description'] ?? '')
  const labels = Object.entries(alert.labels)
    .filter(([label]) => label !== 'alertname')
    .map(([label, value]) => `${label}=${oneLine(value)}`)
  return [
    ...hanging(`  ${mark} `, 4, `${name}  ${since}${times}`, isFiring ? 'strong' : 'plain', view),
    ...(summary === '' ? [] : hanging('      ', 6, clip(summary, summaryLength), 'plain', view)),
    ...(labels.length === 0
      ? []
      : hanging('      ', 6, clip(labels.join(' '), summaryLength), 'quiet', view)),
  ]
}

function rest(alerts: readonly AlertView[], { paint }: View): string[] {
  if (alerts.length === 0) return []
  const firing = alerts.filter(alert => alert.status === 'firing').length
  return [paint.quiet(`      and ${alerts.length} more of this name, ${firing} of them firing`)]
}
