/** The roles of a runbook as this incident has them bound. */
import type { IncidentInput } from '../contracts/messages.ts'
import type { Binding, BoundTarget } from '../contracts/runbook.ts'

export interface Roles {
  bound(role: string): Extract<Binding, { target: string }> | undefined
  /** The targets of a role: the one, or each of a group; none when it is not bound. */
  targets(role: string): BoundTarget[]
  /** Whether a role stands for a group. */
  isMany(role: string): boolean
}

/** They are asked for each time: another version of the runbook binds its roles anew. */
export function createRoles(bindings: () => IncidentInput['bindings']): Roles {
  const bindingOf = (role: string): Binding | undefined =>
    bindings().find(candidate => candidate.role === role)
  return {
    bound(role) {
      const binding = bindingOf(role)
      return binding !== undefined && 'target' in binding ? binding : undefined
    },
    targets(role) {
      const binding = bindingOf(role)
      if (binding === undefined || 'problem' in binding) return []
      return 'members' in binding ? binding.members : [binding]
    },
    isMany: role => bindings().some(binding => binding.role === role && 'members' in binding),
  }
}
