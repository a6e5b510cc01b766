/**
 * Goal: the page of minute 0 is a mail that a sleepy person understands, with the command that takes the incident; and the
 * stakeholders hear of it. Method: the real worker as a process of its own, a real service that is down, an SMTP server on loopback.
 */
import { expect, test } from 'vitest'
import { acknowledge } from '../../store/acts.ts'
import { readIncidentRecord } from '../../store/incident-detail.ts'
import { mailbox, smtpStandIn } from '../support/channels/smtp.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld } from '../support/real-world.ts'

const yaml = `service: { zone: Europe/Berlin, public_url: 'https://paramedic.example' }
channels: [{ name: mail, kind: smtp, url: '\${env:MAIL_URL}', from: 'Paramedic <paramedic@orders.example>' }]
contacts: [{ name: mia, functions: [on-call], reach: [{ channel: mail, to: ${mailbox} }] }]
stakeholders: [{ name: managers, on: [opened, resolved], reach: [{ channel: mail, to: managers@orders.example }] }]
`

test('the page of minute 0, the acknowledgement, and what the stakeholders hear', async () => {
  const standIn = await smtpStandIn()
  const world = await startWorld({ isDown: true, reach: { yaml, variables: { MAIL_URL: standIn.url } } })
  const worker = world.startWorker()
  await worker.says('worker ready')
  const number = await world.fire()
  const mailsTo = (address: string) => standIn.mails.filter(({ envelope }) => envelope.to.includes(address))
  await eventually(async () => mailsTo(mailbox).length > 0)

  const [page] = mailsTo(mailbox)
  expect(page?.subject).toBe(`SEV2 real/test: Down is in trouble [${number}]`)
  expect(page?.text).toContain('You are paged as on-call, because it opened.')
  expect(page?.text).toContain(`npx paramedic incident ack ${number}`)
  expect(page?.text).toContain(`https://paramedic.example/incidents/${number}`)

  await acknowledge(world.pool, { number, by: 'mia', atMs: Date.now() })
  await world.resolveAlert()
  await world.closed(number)
  await eventually(async () => mailsTo('managers@orders.example').length >= 2)
  expect(mailsTo('managers@orders.example').map(({ subject }) => subject?.split(':')[0])).toEqual([
    'Opened',
    'Over',
  ])
  const { pages } = await readIncidentRecord(world.pool, number)
  expect(pages).toMatchObject([
    {
      state: 'sent',
      deliveredAt: expect.any(String),
      acknowledgedBy: 'mia',
      notices: [{ recipient: 'mia', channel: 'mail', state: 'accepted', attempts: 1 }],
    },
  ])
  expect(mailsTo(mailbox)).toHaveLength(1)
})
