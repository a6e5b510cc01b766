import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Plan, Preview } from '../contracts/plan.ts'

/** SHA-256 of the canonical JSON (RFC 8785) of what people approve. */
export function hashOf(value: Plan | Preview): string {
  return createHash('sha256').update(canonicalize(value)!).digest('hex')
}
