/** A real SMTP server on loopback; what it is given is parsed by another library than the one that wrote it. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'
import { Secret } from '../../../contracts/secret.ts'
import { createNotifier } from '../../../integrations/notifiers.ts'
import { type Behaviour, outside, silent, type StandIn } from './stand-in.ts'

export const mailbox = 'mia@orders.example'
const password = 'canary/of the p@ssword'

export interface SmtpStandIn extends StandIn {
  mails: (Email & { envelope: { from: string; to: string[] }; raw: string })[]
  port: number
  /** With its login, as a channel's configuration has it. */
  url: string
}

export async function smtpStandIn(
  options: SMTPServerOptions & { scheme?: string; host?: string } = {},
): Promise<SmtpStandIn> {
  const { scheme = 'smtp', host = '127.0.0.1', ...server } = options
  const mails: SmtpStandIn['mails'] = []
  const taken: StandIn['taken'] = []
  const unexpected: string[] = []
  const behaviours: Behaviour[] = []
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    ...server,
    onAuth({ username, password: given }, _session, done) {
      if (username === 'paramedic' && given === password) done(null, { user: username })
      else done(refusal(535))
    },
    onData(stream, session, done) {
      void (async () => {
        const raw = Buffer.concat(await stream.toArray())
        const behaviour = behaviours.shift()
        if (behaviour === 'hangs') return
        if (behaviour === 'hangs-up') return hangUp(session.id)
        if (typeof behaviour === 'object') return done(refusal(behaviour.status))
        const mail = await PostalMime.parse(raw)
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({
          ...mail,
          envelope: { from, to: rcptTo.map(({ address }) => address) },
          raw: raw.toString(),
        })
        taken.push({ key: mail.messageId, shown: [mail.subject, mail.text, mail.html].join('\n') })
        if (mail.messageId === undefined) unexpected.push('a mail without Message-ID')
        if (behaviour === 'loses-the-answer') hangUp(session.id)
        else done()
      })()
    },
  })
  smtp.on('error', () => {})
  const hangUp = (id: string): void => {
    for (const connection of smtp.connections) if (connection.id === id) connection._socket.destroy()
  }
  const leave = async (): Promise<void> => {
    for (const connection of smtp.connections) connection._socket.destroy()
    if (smtp.server.listening) await new Promise<void>(resolve => smtp.close(() => resolve()))
  }
  onTestFinished(leave)
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  // A TCP server that listens has a numeric address.
  const { port } = smtp.server.address() as AddressInfo
  const login = `paramedic:${encodeURIComponent(password)}`
  const url = `${scheme}://${login}@${host}:${port}`
  const channel = {
    name: 'mail',
    kind: 'smtp',
    url: new Secret(url),
    from: 'Paramedic <paramedic@orders.example>',
  } as const
  return {
    notifier: createNotifier(channel, { outside, log: silent }),
    to: mailbox,
    taken,
    mails,
    unexpected,
    port,
    url,
    leave,
    behave: (...next) => void behaviours.push(...next),
    secrets: [password, encodeURIComponent(password)],
  }
}

function refusal(responseCode: number): Error {
  return Object.assign(new Error('refused'), { responseCode })
}
