/**
 * Goal: a login goes over TLS or not at all, and to nobody whose certificate does not hold. Method: an SMTP server with a
 * certificate that is trusted for the length of a test, or not.
 */
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { mailbox, smtpStandIn } from '../support/channels/smtp.ts'
import { aPage } from '../support/notices.ts'

const file = (name: string): string =>
  readFileSync(new URL(`../support/channels/${name}`, import.meta.url), 'utf8')
const certificate = { cert: file('localhost-certificate.pem'), key: file('localhost-key.pem') }

test.each([
  ['smtps', { secure: true }],
  ['smtp with STARTTLS', { disabledCommands: [] }],
])('%s: the server gets the mail over TLS', async (scheme, options) => {
  trustTheServer()
  const seen: boolean[] = []
  const standIn = await smtpStandIn({
    ...certificate,
    ...options,
    allowInsecureAuth: false,
    scheme: scheme.split(' ')[0]!,
    host: 'localhost',
    onMailFrom: (_, session, done) => (seen.push(session.secure), done()),
  })
  await standIn.notifier.send(aPage(), mailbox, AbortSignal.timeout(5_000))
  expect(standIn.mails).toHaveLength(1)
  expect(seen).toEqual([true])
})

test('a certificate that nobody vouches for gets no login', async () => {
  const standIn = await smtpStandIn({ ...certificate, secure: true, scheme: 'smtps', host: 'localhost' })
  const sent = standIn.notifier.send(aPage(), mailbox, AbortSignal.timeout(5_000))
  await expect(sent).rejects.toMatchObject({ code: 'target_unavailable' })
  expect(standIn.mails).toEqual([])
})

test('a server elsewhere that does not offer STARTTLS gets no login', async () => {
  // Leads to this machine, and is none of the names that say so.
  const standIn = await smtpStandIn({ host: '0.0.0.0' })
  const sent = standIn.notifier.send(aPage(), mailbox, AbortSignal.timeout(5_000))
  await expect(sent).rejects.toMatchObject({ message: expect.stringContaining('STARTTLS') })
  expect(standIn.mails).toEqual([])
})

function trustTheServer(): void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, certificate.cert])
  onTestFinished(() => setDefaultCACertificates(before))
}
