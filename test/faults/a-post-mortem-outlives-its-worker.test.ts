/** Goal: a worker killed while a post-mortem waits loses no deadline and doubles none. Method: a real worker, killed after the draft. */
import { expect, test, vi } from 'vitest'
import { eventually } from '../support/incident-harness.ts'
import { startPageReceiver } from '../support/page-receiver.ts'
import { startWorld } from '../support/real-world.ts'

vi.setConfig({ testTimeout: 120_000 })

/** For alerts named `Forgotten`: over at once, and its post-mortem is due soon. */
const forgotten = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: forgotten, title: Forgotten, owner: test }
match: alert.labels.alertname == "Forgotten"
triage: { severity: [ { is: SEV2 } ] }
hold: 100ms
escalate:
  - { after: 1h, page: [on-call] }
postmortem: { due: 30s, for: [SEV2] }
`

test('reminded and paged by the worker that came after, each once', async () => {
  const receiver = await startPageReceiver()
  const world = await startWorld({
    runbooks: [forgotten],
    pageWebhook: { url: receiver.url, secret: receiver.secret },
  })
  const first = world.startWorker()
  await first.says('worker ready')
  const number = await world.fire('Forgotten')
  await world.resolveAlert('Forgotten')
  await eventually(async () => (await world.entries(number, 'postmortem.drafted')).length === 1, 40_000)
  await first.kill()
  world.startWorker()

  await eventually(async () => (await world.entries(number, 'page.sent')).length === 2, 60_000)
  expect(receiver.received.map(({ id }) => id)).toEqual([
    `${number}/post-mortem/reminder`,
    `${number}/post-mortem/escalation`,
  ])
  expect(await world.entries(number, 'postmortem.drafted')).toHaveLength(1)
  // Ten seconds are for the worker that was down, as for every page.
  for (const { latenessMs } of await world.entries(number, 'page.sent'))
    expect(latenessMs).toBeLessThan(10_000)
})
