/** What the opening of an incident, or its move to another version of its runbook, tells of the targets and values it works with. Pure. */
import type { Binding } from './runbook.ts'
import type { ResolvedInput } from './runbook-input.ts'

export interface OpenedWith {
  bindings: Record<string, string>
  /** Roles without a target, with why. */
  unbound?: string[]
  inputs?: ResolvedInput[]
}

export function openedWith(bindings: readonly Binding[], inputs: ResolvedInput[]): OpenedWith {
  const unbound = bindings.flatMap(binding =>
    'problem' in binding ? [`${binding.role} (${binding.problem})`] : [],
  )
  return {
    bindings: Object.fromEntries(
      bindings.flatMap(binding => {
        if ('problem' in binding) return []
        const members = 'members' in binding ? binding.members : [binding]
        return [[binding.role, members.map(({ target }) => target).join(', ')]]
      }),
    ),
    ...(unbound.length === 0 ? {} : { unbound }),
    ...(inputs.length === 0 ? {} : { inputs }),
  }
}
