/** Who may do what: one table, asked by the api and again by the harness. */
import type { Role } from './configuration/people.ts'

export interface Principal {
  name: string
  roles: readonly Role[]
  /** on-call, senior, …: what a gate or a level may ask for. */
  functions: readonly string[]
}

export const verbs = [
  'incidents.read',
  'incidents.acknowledge',
  'incidents.note',
  'incidents.assess',
  'incidents.end',
  'incidents.rebase',
  'gates.decide',
  'steps.tick',
  'postmortems.write',
  'postmortems.review',
  'postmortems.publish',
  'runbooks.read',
  'runbooks.check',
  'runbooks.sync',
  'freeze.on',
  'freeze.off',
  'audit.read',
  'runbooks.test',
  'runbooks.run',
  'runbooks.run-elsewhere',
  'contacts.read',
  'contacts.addresses',
  'contacts.test',
  'service.read',
] as const
export type Verb = (typeof verbs)[number]

/** `admin` does not imply approve: deciding about production and running Paramedic are different trusts. */
const allowed: Record<Verb, readonly Role[]> = {
  'incidents.read': ['viewer', 'responder', 'approver', 'admin', 'auditor'],
  'incidents.acknowledge': ['responder', 'approver'],
  'incidents.note': ['responder', 'approver', 'admin'],
  'incidents.assess': ['responder', 'approver'],
  'incidents.end': ['responder', 'approver'],
  // Only to a version in force, so it loosens no gate that a sync has not loosened for everybody.
  'incidents.rebase': ['approver', 'admin'],
  'gates.decide': ['approver'],
  'steps.tick': ['responder', 'approver'],
  'postmortems.write': ['responder', 'approver', 'admin'],
  'postmortems.review': ['responder', 'approver'],
  'postmortems.publish': ['responder', 'approver'],
  'runbooks.read': ['viewer', 'responder', 'approver', 'admin', 'auditor'],
  'runbooks.check': ['responder', 'approver', 'admin'],
  // Whoever writes a runbook writes what asks for an approval: for those who run Paramedic, and with their name on it.
  'runbooks.sync': ['admin'],
  'freeze.on': ['responder', 'approver', 'admin'],
  'freeze.off': ['approver', 'admin'],
  // Plans, evidence and everybody's words, whole: for those who check, and for those who run Paramedic.
  'audit.read': ['admin', 'auditor'],
  // It measures production and plans on it, without changing it.
  'runbooks.test': ['responder', 'approver', 'admin'],
  // It changes production, by steps that gates and limits bind as always.
  'runbooks.run': ['responder', 'approver'],
  // Its author and whoever reviewed it meant another place: aimed at production, nothing else may ask.
  'runbooks.run-elsewhere': ['approver'],
  'contacts.read': ['viewer', 'responder', 'approver', 'admin', 'auditor'],
  'contacts.addresses': ['responder', 'approver', 'admin'],
  'contacts.test': ['admin'],
  'service.read': ['viewer', 'responder', 'approver', 'admin', 'auditor'],
}

/** A gate narrows who may decide: `approvers` are `role:<role or function>`, one of them is enough. */
export interface GateObject {
  approvers: readonly string[]
}

export function can(principal: Principal, verb: Verb, object?: GateObject): boolean {
  if (!principal.roles.some(role => allowed[verb].includes(role))) return false
  if (object === undefined) return true
  const held = [...principal.roles, ...principal.functions].map(name => `role:${name}`)
  return object.approvers.some(approver => held.includes(approver))
}

/** The roles that may do this, for a refusal that says whom to ask. */
export function rolesFor(verb: Verb): readonly Role[] {
  return allowed[verb]
}
