/** Alerts in our own words, for scripts and for tools without a source of their own. Strict: a misspelt field is a fault. */
import { z } from 'zod'
import type { IncomingAlert } from '../contracts/alert.ts'
import { limits } from '../contracts/limits.ts'
import type { AlertSource, Receipt } from './alert-source.ts'
import { inertLine } from '../contracts/inert-text.ts'
import { cutAnnotations, cutLabels, labelSet, sha256, toLabelSet } from './label-set.ts'
import { readBody, timestamp } from './read-body.ts'
import { cutTo, storable } from './reported-text.ts'

const text = z
  .string()
  .refine(written => inertLine(written, 64) !== '', 'must not be blank')
  .transform(storable)

const reported = z.strictObject({
  dedup_key: text
    .optional()
    .describe('What makes two reports the same alert; default: title, system and environment'),
  title: text.describe('Also the label `alertname` and the summary'),
  status: z.enum(['firing', 'resolved']).default('firing'),
  system: text.optional(),
  environment: text.optional(),
  severity: text.optional(),
  labels: labelSet.optional(),
  annotations: labelSet.optional(),
  starts_at: timestamp.optional().describe('Default: when it arrives'),
  ends_at: timestamp.optional().describe('Only of a resolved alert; default: when it arrives'),
})

const one = reported.transform(alert => ({ alerts: [alert] }))
const many = z.strictObject({ alerts: z.array(reported).min(1).max(limits.alertsPerDelivery) })

export const genericSource: AlertSource = {
  kind: 'generic',
  bodyBytes: limits.genericBodyBytes,
  payload: z.union([reported, many]),
  parse(body, receipt) {
    const isMany = typeof body === 'object' && body !== null && 'alerts' in body
    const read = isMany ? readBody(many, body) : readBody(one, body)
    if ('problem' in read) return read
    return { alerts: read.value.alerts.map(alert => toAlert(alert, receipt)), truncatedAlerts: 0 }
  },
}

const nameLength = 256

function toAlert(alert: z.output<typeof reported>, { source, atMs }: Receipt): IncomingAlert {
  const labels = toLabelSet([
    ['alertname', alert.title],
    ...Object.entries(alert.labels ?? {}),
    ...place(alert),
  ])
  const identity =
    alert.dedup_key === undefined
      ? identityOf(alert.title, labels)
      : `key/${sha256(alert.dedup_key).slice(0, 32)}`
  const dedupKey = `${source}/${identity}`
  return {
    dedupKey,
    // A resolve may come without the labels of its firing, so labels are no part of what makes it the same alert.
    alertKey: sha256(dedupKey),
    status: alert.status,
    name: cutTo(nameLength, labels['alertname'] ?? alert.title),
    labels: cutLabels(labels),
    annotations: cutAnnotations(
      toLabelSet([['summary', alert.title], ...Object.entries(alert.annotations ?? {})]),
    ),
    startsAtMs: alert.starts_at ?? atMs,
    ...(alert.status === 'resolved' && alert.ends_at !== undefined ? { endsAtMs: alert.ends_at } : {}),
  }
}

function place(alert: z.output<typeof reported>): [string, string][] {
  const { system, environment, severity } = alert
  return Object.entries({ system, environment, severity }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
}

function identityOf(title: string, labels: Record<string, string>): string {
  const parts = [title, labels['system'] ?? '', labels['environment'] ?? '']
  return `title/${sha256(parts.map(part => `${part.length}:${part}`).join('')).slice(0, 32)}`
}
