/** The declarations of webhooks.ts, one a source. */
import { acceptedDelivery } from '../../contracts/act-views.ts'
import { alertSources } from '../../integrations/alert-sources.ts'
import { documented } from '../documented.ts'

const schema = { response: { 202: acceptedDelivery } }
const kept = 'A body that cannot be read is refused and kept all the same; `npx paramedic doctor` shows it.'
const reply = { deliveryId: 1, accepted: 1 }

/** The type keeps this list equal to the sources. */
export const reporting = {
  alertmanager: documented({
    access: 'source:alertmanager',
    chapter: 'Alerts',
    id: 'reportFromAlertmanager',
    summary: 'Take a webhook of Prometheus Alertmanager',
    description: `Version 4. One group is one incident while it is open. The labels \`system\` and \`environment\` say which targets are meant; unknown fields are ignored. ${kept}`,
    schema,
    rawBody: alertSources.alertmanager.payload,
    examples: {
      firing: {
        summary: 'An alert begins to fire',
        body: {
          version: '4',
          groupKey: '{}:{alertname="OrdersConnectionsHigh"}',
          alerts: [
            {
              status: 'firing',
              labels: { alertname: 'OrdersConnectionsHigh', system: 'orders', environment: 'production' },
              annotations: { summary: 'Orders is running out of database connections' },
              startsAt: '2026-03-14T03:02:00Z',
            },
          ],
        },
        reply,
      },
    },
  }),
  generic: documented({
    access: 'source:generic',
    chapter: 'Alerts',
    id: 'reportGeneric',
    summary: 'Take alerts from scripts and other tools',
    description: `One alert, or several as \`{ "alerts": [...] }\`. A misspelt field is a fault. ${kept}`,
    schema,
    rawBody: alertSources.generic.payload,
    examples: {
      one: {
        summary: 'One alert',
        body: { title: 'Nightly export failed', system: 'orders', environment: 'production' },
        reply,
      },
      many: {
        summary: 'Several, one of them over',
        body: {
          alerts: [
            { title: 'Nightly export failed', dedup_key: 'export', status: 'resolved' },
            { title: 'Disk is filling', labels: { host: 'db-1' }, starts_at: '2026-03-14T03:00:00Z' },
          ],
        },
        reply: { deliveryId: 2, accepted: 2 },
      },
    },
  }),
} satisfies Record<keyof typeof alertSources, unknown>
