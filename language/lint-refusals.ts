/** Steps that every target they could be bound to would refuse, as far as the configuration says so. */
import { serviceActions } from '../contracts/targets/service.ts'
import type { ConfiguredTarget } from './configured.ts'
import type { Finding, Path } from './fault.ts'
import { listAt, valueAt } from './tree.ts'
import { fits, writtenRole } from './written-roles.ts'

type Refusal = Pick<Finding, 'path' | 'message' | 'hint'>

/** What a service is asked for by its process. */
const needsProcess: readonly string[] = Object.keys(serviceActions)

export function lintRefusals(tree: unknown, targets: readonly ConfiguredTarget[]): Finding[] {
  return listAt(tree, ['mitigate']).flatMap((step, index) => {
    const role = writtenRole(tree, valueAt(step, ['target']))
    const bound = role === undefined ? [] : targets.filter(target => fits(target, role))
    const uses = [
      { use: step, path: ['mitigate', index] },
      { use: valueAt(step, ['undo']), path: ['mitigate', index, 'undo'] },
    ]
    return uses.flatMap(({ use, path }) => {
      const refusals = bound.map(target => refusalBy(target, use, path))
      const [first] = refusals
      return first === undefined || refusals.includes(undefined) ? [] : [first]
    })
  })
}

function refusalBy(target: ConfiguredTarget, use: unknown, path: Path): Refusal | undefined {
  const uses = valueAt(use, ['uses'])
  if (typeof uses !== 'string') return undefined
  if (needsProcess.includes(uses) && !target.hasProcess) {
    const message = `\`${target.name}\` would refuse this: it is not said how its process is run`
    return { path: [...path, 'uses'], message, hint: 'give the target a `process`' }
  }
  if (uses === 'redis.flush_database' && target.rebuildableDatabase === false) {
    const message = `\`${target.name}\` would refuse this: its database is not rebuildable as a whole`
    return { path: [...path, 'uses'], message, hint: 'if it is, say `rebuildable_database: true` there' }
  }
  const key = keyParameters[uses]
  return key === undefined
    ? undefined
    : refusedKeys(target, valueAt(use, ['with', key]), [...path, 'with', key])
}

/** Where an action says which keys it deletes. */
const keyParameters: Readonly<Record<string, string>> = {
  'redis.delete_key': 'key',
  'redis.delete_matching': 'prefix',
}

function refusedKeys(
  { name, rebuildablePrefixes }: ConfiguredTarget,
  keys: unknown,
  path: Path,
): Refusal | undefined {
  if (typeof keys !== 'string' || rebuildablePrefixes === undefined) return undefined
  if (rebuildablePrefixes.some(allowed => keys.startsWith(allowed))) return undefined
  const told = path.at(-1) === 'prefix' ? `keys under \`${keys}\` are` : `the key \`${keys}\` is`
  return {
    path,
    message: `\`${name}\` would refuse this: ${told} not rebuildable there`,
    hint: `rebuildable there: ${rebuildablePrefixes.length === 0 ? 'nothing' : rebuildablePrefixes.join(', ')}`,
  }
}
