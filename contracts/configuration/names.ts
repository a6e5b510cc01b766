/** The words every part of the configuration is written with. */
import { z } from 'zod'
import { Secret } from '../secret.ts'

export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots, dashes, at most 63')

/** A network that a worker stands in. It becomes part of task queues and is typed by hand there. */
export const site = z
  .string()
  .max(40)
  .regex(
    /^[a-z0-9]+(-[a-z0-9]+)*$/,
    'must be lower-case letters and digits, with single dashes between, at most 40',
  )

export const secret = z
  .string()
  .min(1)
  .transform(value => new Secret(value))

/** Standard Webhooks: base64, with or without its prefix. What cannot be decoded would stop every worker at its start. */
export const signingSecret = z
  .string()
  .regex(
    /^(whsec_)?(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/,
    'must be base64, with or without whsec_ before it',
  )
  .transform(value => new Secret(value))

/** A URL that may carry a password, or is a credential by itself, is a secret as a whole. */
export const secretUrl = (protocol: RegExp, error: string) =>
  z.url({ protocol, error }).transform(value => new Secret(value))

/**
 * Asked over HTTP; credentials do not belong into it. The brand is what lets it be asked: an address that came with an
 * alert or an answer has another type.
 */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .refine(value => !URL.parse(value)?.username, 'must not carry credentials')
  .brand<'ConfiguredUrl'>()
export type ConfiguredUrl = z.output<typeof httpUrl>

export const token = z
  .string()
  .min(24, 'must be at least 24 characters')
  .max(1024, 'must be at most 1024 characters')
  // What a header cannot carry would be refused for ever.
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
  .transform(value => new Secret(value))

/** One line that people read: a title, a sender's name. */
export const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters')
