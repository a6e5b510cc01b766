import type { Notification } from './alert-state.ts'
import type { AlertRule } from './rules.ts'

/** Body of Alertmanager's webhook, version 4 (prometheus/alertmanager, template/template.go, Data and Alert). */
export interface AlertmanagerPayload {
  version: '4'
  groupKey: string
  truncatedAlerts: number
  status: 'firing' | 'resolved'
  receiver: string
  groupLabels: Record<string, string>
  commonLabels: Record<string, string>
  commonAnnotations: Record<string, string>
  externalURL: string
  alerts: AlertmanagerAlert[]
}

interface AlertmanagerAlert {
  status: 'firing' | 'resolved'
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  endsAt: string
  generatorURL: string
  fingerprint: string
}

/** Go's zero time: what Alertmanager sends as the end of an alert that fires. */
const notEnded = '0001-01-01T00:00:00Z'

/** One group with one alert, as a route that groups by alertname sends it. */
export function alertmanagerPayload(
  rule: AlertRule,
  notification: Notification,
  shopUrl: string,
): AlertmanagerPayload {
  const { status, startsAt } = notification
  const labels = {
    alertname: rule.alertname,
    environment: 'sandbox',
    instance: new URL(shopUrl).host,
    severity: rule.severity,
    system: 'shop',
  }
  const annotations = { description: rule.description, summary: rule.summary }
  return {
    version: '4',
    groupKey: `{}/{system="shop"}:{alertname="${rule.alertname}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'paramedic',
    groupLabels: { alertname: rule.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: shopUrl,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: new Date(startsAt).toISOString(),
        endsAt: notification.status === 'resolved' ? new Date(notification.endsAt).toISOString() : notEnded,
        generatorURL: `${shopUrl}/metrics`,
        fingerprint: fingerprintOf(labels),
      },
    ],
  }
}

const fnvOffset = 14_695_981_039_346_656_037n
const fnvPrime = 1_099_511_628_211n
const separator = Buffer.from([0xff])

/** 64-bit FNV-1a over the sorted labels, 16 hex digits (prometheus/common, model/signature.go, labelSetToFingerprint). */
export function fingerprintOf(labels: Record<string, string>): string {
  let hash = fnvOffset
  const add = (bytes: Buffer): void => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * fnvPrime)
  }
  for (const [name, value] of Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))) {
    add(Buffer.from(name))
    add(separator)
    add(Buffer.from(value))
    add(separator)
  }
  return hash.toString(16).padStart(16, '0')
}
