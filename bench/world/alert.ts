/** One alert as Alertmanager 0.25 and later deliver it; its summary is the group, which becomes the incident's title. */
export function alertmanagerBody(
  group: string,
  alertname: string,
  status: 'firing' | 'resolved' = 'firing',
): string {
  const labels = { alertname, system: 'bench', environment: 'bench', severity: 'critical', group }
  const annotations = { summary: group, description: 'The bench asks for nothing but an answer.' }
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{group="${group}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'paramedic',
    groupLabels: { group },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.bench',
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt,
        endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString(),
        generatorURL: 'http://prometheus.bench/graph',
        fingerprint: '0123456789abcdef',
      },
    ],
  })
}

/** The same alert as Prometheus hands it to Alertmanager (POST /api/v2/alerts). */
export function prometheusBody(group: string, alertname: string): string {
  const labels = { alertname, system: 'bench', environment: 'bench', severity: 'critical', group }
  const annotations = { summary: group, description: 'The bench asks for nothing but an answer.' }
  return JSON.stringify([{ labels, annotations, startsAt, generatorURL: 'http://prometheus.bench/graph' }])
}

const startsAt = new Date().toISOString()
