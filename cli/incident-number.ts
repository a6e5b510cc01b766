import { incidentNumberPattern } from '../contracts/incident.ts'
import type { IncidentList } from '../contracts/views.ts'
import type { ApiClient } from './api-client.ts'
import { Failure } from './failure.ts'

/** How many of the newest incidents an ending is looked for in. */
const newest = 200

/**
 * The full number for what somebody typed: the number itself, its unique ending (`001`, `14-001`), or `latest`. Of several
 * with one ending the open one is meant. Throws `not_found` or `ambiguous` with what it could be.
 */
export async function resolveNumber(api: ApiClient, written: string): Promise<string> {
  const given = written.trim().toUpperCase()
  if (incidentNumberPattern.test(given)) return given
  if (given === 'LATEST') return latest(api)
  const ending = endingOf(given)
  if (ending === undefined) {
    throw new Failure('wrong_usage', `"${written}" is no incident number.`, {
      hint: 'give INC-2025-03-14-001, the end of it such as 001, or latest; which there are: npx paramedic incident list',
      exitCode: 2,
    })
  }
  const open = await matching(api, ending, { open: true })
  const candidates = open.length > 0 ? open : await matching(api, ending, {})
  const [only, ...others] = candidates
  if (only === undefined) throw notFound(written)
  if (others.length === 0) return only
  throw new Failure('ambiguous', `${written} could be ${candidates.slice(0, 5).join(', ')}.`, {
    hint: 'write the whole number; which there are: npx paramedic incident list --all',
  })
}

/** `7`, `007` and `14-007` all mean the seventh incident of a day; numbers have at least three digits. */
function endingOf(given: string): string | undefined {
  const match = /^((?:(?:\d{4}-)?\d{2}-)?\d{2}-)?(\d+)$/.exec(given.replace(/^INC-/, ''))
  return match === null
    ? undefined
    : `-${match[1] ?? ''}${(match[2] ?? '').replace(/^0+(?=\d{3})/, '').padStart(3, '0')}`
}

async function matching(api: ApiClient, ending: string, filter: { open?: true }): Promise<string[]> {
  const { incidents } = await api.get<IncidentList>('/v1/incidents', { ...filter, limit: newest })
  return incidents.map(incident => incident.number).filter(number => number.endsWith(ending))
}

async function latest(api: ApiClient): Promise<string> {
  const { incidents } = await api.get<IncidentList>('/v1/incidents', { limit: 1 })
  const [incident] = incidents
  if (incident === undefined) {
    throw new Failure('not_found', 'There has been no incident yet.', {
      hint: 'in the sandbox, break something: npx paramedic sandbox break idle-connections',
    })
  }
  return incident.number
}

function notFound(written: string): Failure {
  return new Failure('not_found', `No incident among the newest ${newest} ends in ${written}.`, {
    hint: 'see them all: npx paramedic incident list --all',
  })
}
