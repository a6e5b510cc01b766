/** Who may use which route: every route says it in its own declaration, and one hook asks before anything is read. */
import type { FastifyRequest, RouteOptions } from 'fastify'
import { CodedError } from '../contracts/coded-error.ts'
import type { SourceConfiguration } from '../contracts/configuration.ts'
import { can, type Principal, rolesFor, type Verb } from '../contracts/principals.ts'

/** A verb of principals.ts; `source:<kind>` for the webhook of that kind; `public` for those who have no token. */
export type Access = Verb | 'public' | `source:${SourceConfiguration['kind']}`

export type Identity =
  | { is: 'principal'; principal: Principal }
  | { is: 'source'; name: string; kind: SourceConfiguration['kind'] }

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** Null on public routes and before authentication. */
    identity: Identity | null
  }
}

/** Throws unless the route declares who may use it, so that a forgotten declaration stops the start and opens nothing. */
export function requireDeclaredAccess(route: RouteOptions): Access {
  const access = route.config?.access
  if (access === undefined)
    throw new Error(`Route ${String(route.method)} ${route.url} declares no access; set config.access.`)
  return access
}

/** Throws `forbidden`, with the roles that may, unless this identity may use routes of this access. */
export function checkAccess(identity: Identity, access: Exclude<Access, 'public'>): void {
  if (isSourceAccess(access)) return checkSource(identity, access)
  if (identity.is === 'source')
    throw new CodedError('forbidden', `The token of source ${identity.name} may only post its webhook.`)
  checkVerb(identity.principal, access)
}

/** The verb alone; what a gate asks for beyond it is checked where the gate is known. Throws `forbidden`. */
export function checkVerb(principal: Principal, verb: Verb): void {
  if (can(principal, verb)) return
  const roles = rolesFor(verb)
  throw new CodedError('forbidden', `${principal.name} may not do this (${verb}); ${roles.join(', ')} may.`, {
    fields: { verb, roles },
  })
}

/** The person behind a request that passed {@link checkAccess} for a verb. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.identity?.is !== 'principal')
    throw new Error('A route for people was reached without a person.')
  return request.identity.principal
}

/** The name alerts are filed under: the source's, or that of a principal with the role ingest. */
export function senderOf(identity: Identity): string {
  return identity.is === 'source' ? identity.name : identity.principal.name
}

function checkSource(identity: Identity, access: `source:${SourceConfiguration['kind']}`): void {
  if (identity.is === 'source' && access === `source:${identity.kind}`) return
  if (identity.is === 'principal' && identity.principal.roles.includes('ingest')) return
  const who =
    identity.is === 'source'
      ? `Source ${identity.name} is of kind ${identity.kind} and`
      : identity.principal.name
  const wanted = `a ${access} token or the role ingest`
  throw new CodedError('forbidden', `${who} may not post here; it takes ${wanted}.`, {
    fields: { access, roles: ['ingest'] },
  })
}

export function isSourceAccess(access: Access): access is `source:${SourceConfiguration['kind']}` {
  return access.startsWith('source:')
}
