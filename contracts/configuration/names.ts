/** The words every part of the configuration is written with. */
import { z } from 'zod'
import { Secret } from '../secret.ts'

export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots, dashes, at most 63')

export const secret = z
  .string()
  .min(1)
  .transform(value => new Secret(value))

/** A URL that may carry a password, or is a credential by itself, is a secret as a whole. */
export const secretUrl = z.url().transform(value => new Secret(value))

/** As `secretUrl`, asked over HTTP. */
export const secretHttpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .transform(value => new Secret(value))

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
  .transform(value => new Secret(value))

/** One line that people read: a title, a sender's name. */
export const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters')
