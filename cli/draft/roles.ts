/** The roles a drafted runbook works on: those of the alert's place in the configuration, or the commonest. */
import type { TargetKind } from '../../contracts/targets/definition.ts'
import { targetsOf } from '../runbook/configured-targets.ts'

export interface Role {
  name: string
  kind: TargetKind
  /** Of a cache: a prefix whose keys can be made again. */
  prefix?: string
}

export interface Roles {
  roles: Role[]
  /** Why they are these, for a comment. */
  because: string
}

/** What most services have. */
const commonest: Role[] = [{ name: 'api', kind: 'service' }]

export function commonestRoles(reason: string): Roles {
  return { roles: commonest, because: `${reason}, so this is a guess` }
}

/** Of every target in that place; the references of the file are not looked up. Throws `unreadable_file`. */
export function rolesOf(text: string, file: string, place: { system?: string; environment?: string }): Roles {
  const { system, environment } = place
  if (system === undefined || environment === undefined)
    return commonestRoles('The alert does not say its system and environment')
  const here = targetsOf(text, file).filter(target => {
    return target.system === system && target.environment === environment
  })
  const usable = here.filter(({ role }) => rolePattern.test(role))
  const isClear = ({ role }: { role: string }): boolean =>
    usable.filter(target => target.role === role).length === 1
  const roles = usable.filter(isClear).map(({ role, kind, rebuildablePrefixes: [prefix] }): Role => {
    return { name: role, kind, ...(prefix === undefined ? {} : { prefix }) }
  })
  const where = `${system}/${environment}`
  if (roles.length === 0) return commonestRoles(`The configuration has no target of its own role in ${where}`)
  const others = here
    .filter(target => !roles.some(({ name }) => name === target.role))
    .map(({ name }) => name)
  const left =
    others.length === 0
      ? ''
      : `; left out, because their role is there twice or no name a runbook may use: ${others.join(', ')}`
  return { roles, because: `The targets of ${where} in the configuration${left}` }
}

/** As runbooks write them. */
const rolePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
