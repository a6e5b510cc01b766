/** A step is taken by an action or by a person; each has keys of its own. */
import type { Finding, Path } from './fault.ts'
import { listAt, valueAt } from './tree.ts'

/** Without these Paramedic takes no step. */
export const requiredOfActions = ['uses', 'target', 'verify', 'undo'] as const

/** Keys of actions -> why a manual step has none of them, or what it has instead. */
const keysOfActions: Readonly<Record<string, string>> = {
  uses: 'make two steps of it: an action changes something, and a person ticks what a person has done',
  target: 'say in `manual` on what it is to be done',
  with: 'say in `manual` what is to be done, with its values',
  gate: 'nothing runs that would have to be allowed; `by` says who may tick it',
  retry: 'what a person has not done is not tried again by itself',
  undo: 'Paramedic changes nothing here, so it has nothing to take back',
  temporary: 'Paramedic changes nothing here; what a person has to take back is a step of its own',
  timeout: 'nothing runs that would have to be ended; `expires` says how long it waits',
}

const keysOfPeople: Readonly<Record<string, string>> = {
  by: 'who may allow an action is in `gate: { approvers: [...] }`',
  expires: 'how long an action waits for its approval is in `gate: { expires: ... }`',
  on_expiry: 'what follows when nobody approves an action is in `gate: { on_expiry: ... }`',
}

export function lintManual(tree: unknown): Finding[] {
  return listAt(tree, ['mitigate']).flatMap((step, index): Finding[] => {
    if (typeof step !== 'object' || step === null || Array.isArray(step)) return []
    const path = ['mitigate', index]
    const isManual = valueAt(step, ['manual']) !== undefined
    const foreign = Object.entries(isManual ? keysOfActions : keysOfPeople)
      .filter(([key]) => valueAt(step, [key]) !== undefined)
      .map(([key, hint]): Finding => {
        const message = isManual
          ? `\`${key}\` does not go with \`manual\``
          : `\`${key}\` goes with \`manual\` only`
        return { path: [...path, key], at: 'key', message, hint }
      })
    return isManual ? [...foreign, ...lintOnFailure(step, path)] : [...foreign, ...missing(step, path)]
  })
}

function lintOnFailure(step: unknown, path: Path): Finding[] {
  if (valueAt(step, ['on_failure']) !== 'undo') return []
  const message = 'Paramedic takes back nothing that a person did'
  return [{ path: [...path, 'on_failure'], message, hint: 'write next, escalate or stop' }]
}

function missing(step: unknown, path: Path): Finding[] {
  return requiredOfActions
    .filter(key => valueAt(step, [key]) === undefined)
    .map((key): Finding => {
      const hint = key === 'uses' ? 'or `manual`: what a person does and then ticks' : undefined
      return { path: [...path, key], message: `\`${key}\` is required`, hint }
    })
}
