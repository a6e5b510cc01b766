/** Steps that every target they could be bound to would refuse, as far as the configuration says so. */
import { serviceActions } from '../contracts/targets/service.ts'
import type { ConfiguredTarget } from './configured.ts'
import type { Finding, Path } from './fault.ts'
import { listAt, valueAt } from './tree.ts'

type Refusal = Pick<Finding, 'path' | 'message' | 'hint'>

/** What a service is asked for by its process. */
const needsProcess: readonly string[] = Object.keys(serviceActions)

export function lintRefusals(tree: unknown, targets: readonly ConfiguredTarget[]): Finding[] {
  return listAt(tree, ['mitigate']).flatMap((step, index) => {
    const role = valueAt(step, ['target'])
    const kind = typeof role === 'string' ? valueAt(tree, ['targets', role]) : undefined
    const bound = targets.filter(target => target.role === role && target.kind === kind)
    const refusals = bound.map(target => refusalBy(target, step, ['mitigate', index]))
    const [first] = refusals
    return first === undefined || refusals.includes(undefined) ? [] : [first]
  })
}

function refusalBy(target: ConfiguredTarget, step: unknown, path: Path): Refusal | undefined {
  const uses = valueAt(step, ['uses'])
  if (typeof uses === 'string' && needsProcess.includes(uses) && !target.hasProcess) {
    const message = `\`${target.name}\` would refuse this: it is not said how its process is run`
    return { path: [...path, 'uses'], message, hint: 'give the target a `process`' }
  }
  const prefix = valueAt(step, ['with', 'prefix'])
  const rebuildable = target.rebuildablePrefixes
  if (uses !== 'redis.delete_matching' || typeof prefix !== 'string' || rebuildable === undefined)
    return undefined
  if (rebuildable.some(allowed => prefix.startsWith(allowed))) return undefined
  return {
    path: [...path, 'with', 'prefix'],
    message: `\`${target.name}\` would refuse this: keys under \`${prefix}\` are not rebuildable there`,
    hint: `rebuildable there: ${rebuildable.length === 0 ? 'nothing' : rebuildable.join(', ')}`,
  }
}
