import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * One text for one value (RFC 8785), so that everybody who compares or hashes it comes to the same.
 *
 * @throws TypeError for what JSON has no form of, such as `undefined`; Error for NaN, infinity and half of a surrogate pair.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError(`JSON has no form for a value of type ${typeof value}.`)
  return text
}

/** SHA-256 of the canonical JSON, in hexadecimal: the identity of a runbook, a plan, a post-mortem. Throws as `canonicalJson` does. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
