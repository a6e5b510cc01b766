import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { CodedError } from '../contracts/coded-error.ts'
import type { ChannelConfigurationOf } from '../contracts/configuration/channels.ts'
import { limits } from '../contracts/limits.ts'
import type { Notice, Notifier } from '../contracts/notice.ts'
import { htmlOf } from './notice-html.ts'
import { incidentOf, type Outside, plainText, wordsOf } from './notice-words.ts'

/**
 * Mail, plain and HTML. The Message-ID comes from the notice's key, so that a repetition is the same mail, and every mail of an
 * incident refers to one id that no mail has, so that mail programs show them together.
 */
export function createSmtpNotifier(
  { name, url, from }: ChannelConfigurationOf<'smtp'>,
  outside: Outside,
): Notifier {
  const server = serverOf(new URL(url.reveal()))
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'paramedic.invalid'
  return {
    name,
    kind: 'smtp',
    async send(notice, to, signal) {
      const words = wordsOf(notice, outside)
      // A connection for each mail: pages are rare, and a kept one that the server just closed looks like a failure.
      const transport = createTransport(server)
      try {
        const sent = await transport.sendMail({
          from,
          to: { name: '', address: to ?? '' },
          subject: words.subject,
          text: plainText(words),
          html: htmlOf(words),
          messageId: messageIdOf(notice.key, domain),
          ...threadOf(notice, domain),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          ...(isUrgent(notice) ? { priority: 'high' as const } : {}),
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        })
        return { answerId: sent.messageId }
      } catch (error) {
        throw refusalOf(name, error)
      } finally {
        transport.close()
      }
    },
  }
}

/** News, calls for a post-mortem and what is over can wait until somebody is awake. */
function isUrgent(notice: Notice): boolean {
  if (notice.kind === 'page') return notice.page.postmortem === undefined
  if (notice.kind === 'supervision') return !notice.isOver
  return notice.kind === 'roll-up'
}

/** Only what a URL says about a mail server: nothing of its query reaches the library. */
function serverOf(url: URL) {
  const isTls = url.protocol === 'smtps:'
  const hasLogin = url.username !== ''
  const login = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  return {
    host: url.hostname,
    port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
    secure: isTls,
    // STARTTLS is used where it is offered. A password demands it, or somebody in between could take the offer away and read it.
    requireTLS: !isTls && hasLogin && !isLoopback(url.hostname),
    ...(hasLogin ? { auth: login } : {}),
    connectionTimeout: limits.notifierTimeoutMs,
    greetingTimeout: limits.notifierTimeoutMs,
    socketTimeout: limits.notifierTimeoutMs,
    dnsTimeout: limits.notifierTimeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: limits.notifierAnswerBytes,
    logger: false as const,
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

/** RFC 5322 section 3.6.4; a key has characters that an id may not have, so it is hashed beside its readable part. */
function messageIdOf(key: string, domain: string): string {
  const readable = key.replace(/[^A-Za-z0-9-]+/g, '.').slice(0, 60)
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return `<${readable}.${hash}@${domain}>`
}

function threadOf(notice: Notice, domain: string): { inReplyTo?: string; references?: string } {
  const [incident] = notice.kind === 'roll-up' || notice.kind === 'supervision' ? [] : incidentOf(notice)
  if (incident === undefined) return {}
  const root = messageIdOf(incident, domain)
  return { inReplyTo: root, references: root }
}

/** RFC 5321: 4yz may be better later, 5yz is final. The server's words are left out: they can repeat what was sent. */
function refusalOf(name: string, error: unknown): CodedError {
  const { code, responseCode, command } = detailsOf(error)
  if (responseCode !== undefined) {
    const isFinal = responseCode >= 500
    const after = command === undefined ? '' : ` to ${command}`
    return new CodedError(
      isFinal ? 'target_rejected' : 'target_unavailable',
      `Channel ${name}: the mail server answered ${responseCode}${after}.`,
      { fields: { status: responseCode } },
    )
  }
  const isFinal = ['ECONFIG', 'EENVELOPE', 'ENOAUTH', 'EMESSAGE'].includes(code)
  const what = isFinal ? 'cannot be used' : 'did not answer'
  return new CodedError(
    isFinal ? 'target_rejected' : 'target_unavailable',
    `Channel ${name}: the mail server ${what}: ${code}.`,
  )
}

function detailsOf(error: unknown): { code: string; responseCode?: number; command?: string } {
  if (!(error instanceof Error)) return { code: 'unknown' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const responseCode = 'responseCode' in error && typeof error.responseCode === 'number'
  const command = 'command' in error && typeof error.command === 'string' ? error.command.split(' ')[0] : ''
  return {
    code,
    ...(responseCode ? { responseCode: Number(error.responseCode) } : {}),
    ...(command === '' || command === undefined ? {} : { command }),
  }
}
