import { expect, test } from 'vitest'
import type { Notice } from '../../contracts/notice.ts'
import { mailbox, type SmtpStandIn, smtpStandIn } from '../support/channels/smtp.ts'
import { anAlarmAboutItself, aNews, aPage, aPostmortemCall } from '../support/notices.ts'

test('a mail has a plain and an HTML part that say the same, from and to whom it should', async () => {
  const [mail] = await mailsOf(aPage())
  expect(mail).toMatchObject({
    from: { name: 'Paramedic', address: 'paramedic@orders.example' },
    to: [{ address: mailbox }],
    subject: 'SEV2 orders/production: Orders is running out of database connections [INC-2026-03-14-003]',
    envelope: { from: 'paramedic@orders.example', to: [mailbox] },
  })
  for (const part of [mail!.text, mail!.html]) {
    expect(part).toContain('npx paramedic incident ack INC-2026-03-14-003')
    expect(part).toContain('2026-03-14 04:02:09 CET (03:02:09 UTC)')
    expect(part).toContain('https://paramedic.example/incidents/INC-2026-03-14-003')
  }
  expect(header(mail!, 'auto-submitted')).toBe('auto-generated')
  expect(header(mail!, 'x-priority')).toContain('1')
})

test('every mail of an incident refers to the same root, and each has an id of its own', async () => {
  const again = aPage({ id: 'INC-2026-03-14-003/page/0/2' })
  const mails = await mailsOf(aPage(), again, aNews(), aPage({ incident: 'INC-2026-03-14-004' }))
  const roots = mails.map(mail => mail.inReplyTo)
  expect(roots.slice(0, 3)).toEqual([roots[0], roots[0], roots[0]])
  expect(roots[3]).not.toBe(roots[0])
  expect(mails.map(mail => mail.references)).toEqual(roots)
  expect(new Set(mails.slice(0, 3).map(mail => mail.messageId)).size).toBe(3)
})

test('a call for its post-mortem stands with the others and is no mail of high priority', async () => {
  const [page, reminder, escalation] = await mailsOf(
    aPage(),
    aPostmortemCall('reminder'),
    aPostmortemCall('escalation'),
  )
  expect(page!.headers.map(({ key }) => key)).toContain('x-priority')
  for (const mail of [reminder!, escalation!]) {
    expect(mail.inReplyTo).toBe(page!.inReplyTo)
    expect(mail.headers.map(({ key }) => key)).not.toContain('x-priority')
    for (const part of [mail.text, mail.html])
      expect(part).toContain('npx paramedic postmortem publish INC-2026-03-14-003')
  }
})

test('trouble of Paramedic itself is urgent, and its end is not', async () => {
  const mails = await mailsOf(anAlarmAboutItself(), anAlarmAboutItself({ isOver: true }))
  expect(mails.map(mail => header(mail, 'x-priority') !== undefined)).toEqual([true, false])
})

test('a repetition is the same mail', async () => {
  const [first, second] = await mailsOf(aPage(), aPage())
  expect(first!.messageId).toMatch(/^<INC-2026-03-14-003\.page\.0\.1\.[0-9a-f]{16}@orders\.example>$/)
  expect(second!.messageId).toBe(first!.messageId)
})

test('a title that tries to be a header stays in the subject', async () => {
  const [mail] = await mailsOf(aPage({ title: 'x\r\nBcc: everybody@orders.example\r\n\r\nforged' }))
  expect(mail!.envelope.to).toEqual([mailbox])
  expect(mail!.bcc ?? []).toEqual([])
  expect(mail!.subject).toContain('x Bcc: everybody@orders.example forged')
  expect(mail!.raw.split('\r\n')).not.toContain('Bcc: everybody@orders.example')
})

test('HTML in a title is shown and not obeyed', async () => {
  const [mail] = await mailsOf(
    aPage({ title: '</title><script>alert(1)</script><a href="https://evil.example">x</a>' }),
  )
  expect(mail!.html).not.toMatch(/<script|<a href="https:\/\/evil/)
  expect(mail!.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
})

async function mailsOf(...notices: Notice[]): Promise<SmtpStandIn['mails']> {
  const standIn = await smtpStandIn()
  for (const notice of notices) await standIn.notifier.send(notice, mailbox, AbortSignal.timeout(5_000))
  return standIn.mails
}

function header(mail: SmtpStandIn['mails'][number], name: string): string | undefined {
  return mail.headers.find(({ key }) => key === name)?.value
}
