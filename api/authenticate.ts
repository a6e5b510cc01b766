import { hash, timingSafeEqual } from 'node:crypto'
import { CodedError } from '../contracts/coded-error.ts'
import type { Configuration } from '../contracts/configuration.ts'
import type { Secret } from '../contracts/secret.ts'
import type { Identity } from './access.ts'

/** RFC 6750; a token of ours is printable ASCII, and nobody's is longer than this. */
const bearer = /^Bearer +([\x21-\x7e]{1,1024})$/i

/**
 * Makes the look-up from an Authorization header to who it is; it throws `unauthenticated` for anything else. Only
 * digests are kept. Throws `invalid_configuration` when two share a token: nobody could say who acted.
 */
export function createAuthenticator(
  configuration: Pick<Configuration, 'sources' | 'principals'>,
): (header: string | undefined) => Identity {
  const known = knownTokens(configuration)
  return header => {
    const token = bearer.exec(header ?? '')?.[1]
    const identity = token === undefined ? undefined : find(known, digestOf(token))
    // The same words for no token and a wrong one: an answer must not help guessing.
    if (identity === undefined)
      throw new CodedError('unauthenticated', 'The request carries no token that is known here.')
    return identity
  }
}

interface KnownToken {
  digest: Buffer
  identity: Identity
}

/** Compares with every token, so that the time taken says neither whether nor where one matched. */
function find(known: readonly KnownToken[], digest: Buffer): Identity | undefined {
  let found: Identity | undefined
  for (const candidate of known) {
    if (timingSafeEqual(candidate.digest, digest)) found = candidate.identity
  }
  return found
}

function knownTokens({ sources, principals }: Pick<Configuration, 'sources' | 'principals'>): KnownToken[] {
  const known = [
    ...sources.map(({ name, kind, token }) => toKnown(token, { is: 'source', name, kind })),
    ...principals.map(({ name, roles, functions, token }) =>
      toKnown(token, { is: 'principal', principal: { name, roles, functions } }),
    ),
  ]
  const seen = new Map<string, Identity>()
  for (const { digest, identity } of known) {
    const other = seen.get(digest.toString('hex'))
    if (other !== undefined) {
      throw new CodedError(
        'invalid_configuration',
        `${nameOf(other)} and ${nameOf(identity)} have the same token.`,
      )
    }
    seen.set(digest.toString('hex'), identity)
  }
  return known
}

function toKnown(token: Secret, identity: Identity): KnownToken {
  return { digest: digestOf(token.reveal()), identity }
}

/** Tokens are random and long, so a plain hash keeps them; a slow one would only slow every webhook. */
function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}

function nameOf(identity: Identity): string {
  return identity.is === 'source' ? `source ${identity.name}` : `principal ${identity.principal.name}`
}
