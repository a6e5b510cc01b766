/** The alert that a runbook is begun from, as a file has it: a whole webhook, one alert of it, or our own form. */
import type { IncomingAlert } from '../../contracts/alert.ts'
import { alertmanagerSource } from '../../integrations/alertmanager-source.ts'
import { genericSource } from '../../integrations/generic-source.ts'
import { exitCodes } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { isRecord } from '../narrate/values.ts'

/** The first alert that fires, else the first one, and how many there were. Throws `unreadable_file`. */
export function alertOf(text: string, file: string, atMs: number): { alert: IncomingAlert; count: number } {
  const body = asBody(json(text, file), atMs)
  const isOurs = body !== undefined && body.alerts.some(alert => isRecord(alert) && 'title' in alert)
  const source = isOurs ? genericSource : alertmanagerSource
  const read = source.parse(body, { source: source.kind, atMs })
  if ('problem' in read) throw noAlert(file, read.problem)
  const alert = read.alerts.find(({ status }) => status === 'firing') ?? read.alerts[0]
  if (alert === undefined) throw noAlert(file, 'it has none')
  return { alert, count: read.alerts.length }
}

/** One alert is a webhook of one; the times and the state that only a webhook has are filled in. */
function asBody(value: unknown, atMs: number): { alerts: unknown[] } | undefined {
  if (Array.isArray(value)) return asBody({ alerts: value }, atMs)
  if (!isRecord(value)) return undefined
  if (!('alerts' in value)) return asBody({ alerts: [value] }, atMs)
  if (!Array.isArray(value['alerts'])) return undefined
  return { ...value, alerts: value['alerts'].map((alert: unknown) => asWebhooks(alert, atMs)) }
}

function asWebhooks(alert: unknown, atMs: number): unknown {
  if (!isRecord(alert) || 'title' in alert) return alert
  // Alertmanager's own API says `status: { state: "active" }`.
  const status = typeof alert['status'] === 'string' ? alert['status'] : 'firing'
  return { startsAt: new Date(atMs).toISOString(), ...alert, status }
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw noAlert(file, 'it is not JSON')
  }
}

function noAlert(file: string, reason: string): Failure {
  return new Failure('unreadable_file', `No alert could be read from ${file}: ${reason}.`, {
    hint: 'give a webhook of Alertmanager, one alert of it, or { "title": "...", "system": "...", "environment": "..." }',
    exitCode: exitCodes.usage,
  })
}
