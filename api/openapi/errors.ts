/** The errors a route can answer: those that follow from what it is, and its own. Each has an example. */
import { z } from 'zod'
import type { ErrorCode } from '../../contracts/error-codes.ts'
import { limits } from '../../contracts/limits.ts'
import { rolesFor } from '../../contracts/principals.ts'
import { type Access, isSourceAccess } from '../access.ts'
import type { ErrorExample } from '../documented.ts'
import type { RouteTableEntry } from '../route-table.ts'

export function errorsOf(route: RouteTableEntry): Partial<Record<ErrorCode, ErrorExample>> {
  const { access, documentation } = route
  const changes = route.method !== 'GET'
  return {
    ...(hasIncidentNumber(route) && { bad_request: badNumber }),
    ...(changes && bodyErrors),
    ...(access !== 'public' && doorErrors(access)),
    ...(changes && { shutting_down: { message: 'This process is stopping and takes nothing new.' } }),
    ...(access !== 'public' && documentation.needsNoDatabase !== true && databaseErrors),
    ...documentation.errors,
  }
}

function hasIncidentNumber({ documentation }: RouteTableEntry): boolean {
  const { params } = documentation.schema
  return params instanceof z.ZodObject && 'number' in params.shape
}

const badNumber: ErrorExample = {
  params: { number: 'INC-1' },
  message: 'The path does not fit: number: must look like INC-2026-01-31-001.',
  fields: { faults: [{ field: 'number', problem: 'must look like INC-2026-01-31-001' }] },
}

const bodyErrors = {
  bad_json: { message: 'The body is not JSON.' },
  bad_payload: { message: 'The body does not fit: body: Unrecognized key: "nothing".' },
  too_deep: { message: `The body is nested deeper than ${limits.jsonDepth} levels.` },
  too_large: { message: 'The body is longer than this route takes.' },
  unsupported_media_type: { message: 'The body is not sent as application/json.' },
  unsupported_encoding: { message: 'The body is sent compressed.' },
} satisfies Partial<Record<ErrorCode, ErrorExample>>

/** Whoever may not is told who may. */
function doorErrors(access: Exclude<Access, 'public'>): Partial<Record<ErrorCode, ErrorExample>> {
  const unauthenticated = { message: 'The request carries no token that is known here.' }
  if (isSourceAccess(access)) {
    const message = `scraper may not post here; it takes a ${access} token or the role ingest.`
    return { unauthenticated, forbidden: { message, fields: { access, roles: ['ingest'] } } }
  }
  const roles = rolesFor(access)
  const message = `scraper may not do this (${access}); ${roles.join(', ')} may.`
  return { unauthenticated, forbidden: { message, fields: { verb: access, roles } } }
}

const databaseErrors = {
  database_unavailable: { message: 'PostgreSQL of Paramedic did not answer.' },
  internal: { message: 'The request failed by a fault of Paramedic.' },
} satisfies Partial<Record<ErrorCode, ErrorExample>>
