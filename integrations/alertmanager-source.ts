/**
 * The webhook of Prometheus Alertmanager, version "4" (notify/webhook/webhook.go, template/template.go), and of those
 * that speak like it: vmalert, Mimir, Cortex. Only what every version sends is required, and what we do not know is
 * allowed: a sender's upgrade must not cost an alert.
 */
import { z } from 'zod'
import type { IncomingAlert } from '../contracts/alert.ts'
import { limits } from '../contracts/limits.ts'
import type { AlertSource, Receipt } from './alert-source.ts'
import { canonicalLabels, cutAnnotations, cutLabels, labelSet, sha256, toLabelSet } from './label-set.ts'
import { readBody, timestamp } from './read-body.ts'
import { cutTo } from './reported-text.ts'

const reported = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: labelSet,
  annotations: labelSet.nullish(),
  startsAt: timestamp,
  endsAt: timestamp.nullish(),
})

const payload = z.object({
  groupKey: z.string().nullish(),
  groupLabels: labelSet.nullish(),
  truncatedAlerts: z.int().nonnegative().nullish(),
  alerts: z.array(reported).min(1).max(limits.alertsPerDelivery),
})

export const alertmanagerSource: AlertSource = {
  kind: 'alertmanager',
  bodyBytes: limits.alertmanagerBodyBytes,
  payload,
  parse(body, receipt) {
    const read = readBody(payload, body)
    if ('problem' in read) return read
    const { alerts, truncatedAlerts } = read.value
    // The group's own status is only a hint: with `max_alerts` it speaks of the alerts that were left, not of all.
    return {
      alerts: alerts.map(alert => toAlert(alert, read.value, receipt)),
      truncatedAlerts: Math.min(truncatedAlerts ?? 0, truncatedAtMost),
    }
  },
}

/** Labels that only tell the members of a highly available pair apart. */
const twinLabels = ['prometheus_replica', 'replica', '__replica__']
const nameLength = 256
/** The column is an integer of 32 bits; a count beyond it is no count. */
const truncatedAtMost = 2 ** 31 - 1

function toAlert(
  alert: z.output<typeof reported>,
  group: z.output<typeof payload>,
  { source, atMs }: Receipt,
): IncomingAlert {
  const { status, labels, startsAt = atMs, endsAt } = alert
  const alertKey = sha256(`${source}\0${canonicalLabels(labels, twinLabels)}`)
  return {
    dedupKey: `${source}/group/${sha256(groupIdentity(group) ?? alertKey).slice(0, 32)}`,
    alertKey,
    status,
    name: cutTo(nameLength, labels['alertname'] || 'unnamed alert'),
    labels: cutLabels(labels),
    annotations: cutAnnotations(alert.annotations ?? toLabelSet([])),
    startsAtMs: startsAt,
    // A firing alert's end is a guess about the future that Prometheus renews with every report.
    ...(status === 'resolved' && typeof endsAt === 'number' ? { endsAtMs: endsAt } : {}),
  }
}

/** Older senders and imitations have no `groupKey`; the labels they grouped by say the same. */
function groupIdentity({ groupKey, groupLabels }: z.output<typeof payload>): string | undefined {
  return groupKey || canonicalLabels(groupLabels ?? {}) || undefined
}
