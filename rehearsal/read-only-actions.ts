/** The actions of production without what changes a target: a drill on live targets identifies and plans, and has nothing else. */
import { actions } from '../activities/targets/implementations.ts'
import type { ActionImplementations } from '../activities/targets/implementations.ts'
import { CodedError } from '../contracts/coded-error.ts'

/** Where an effect would be applied, and where it would be asked after. */
async function refuse(): Promise<never> {
  throw new CodedError('target_rejected', 'A drill on live targets changes nothing.')
}

function readOnly({
  identify,
  plan,
}: Pick<ActionImplementations[keyof ActionImplementations], 'identify' | 'plan'>) {
  return { identify, plan, apply: refuse, probe: refuse }
}

export const readOnlyActions = Object.fromEntries(
  Object.entries(actions).map(([name, action]) => [name, readOnly(action)]),
  // Every name keeps the parameters of its own plan.
) as unknown as ActionImplementations
