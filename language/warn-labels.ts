/**
 * Labels that an alert most likely does not have because they are misspelt. Any label may exist, so that this is never a fault: it is
 * said of a near miss of a known one, and of a system in which nothing is configured.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import { parseMatch } from './choose-runbook.ts'
import { pathOf, waysOf } from './condition-logic.ts'
import type { Configured } from './configured.ts'
import type { Finding, Path } from './fault.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { nearestName } from './nearest-name.ts'
import { entriesOf, valueAt } from './tree.ts'

/** What Alertmanager and Paramedic themselves read, and what the usual exporters and Kubernetes call things. */
const wellKnown = [
  'alertname',
  'severity',
  'instance',
  'job',
  'system',
  'environment',
  'service',
  'namespace',
  'cluster',
  'team',
  'app',
  'application',
  'component',
  'region',
  'zone',
  'pod',
  'container',
  'node',
  'host',
  'device',
  'mode',
  'mountpoint',
  'fstype',
  'database',
  'datname',
  'queue',
  'topic',
  'endpoint',
  'method',
  'code',
]

/** More letters wrong is another word. */
const lettersWrong = 2

interface Use {
  label: string
  path: Path
  offset: number
}

export function warnOfLabels(
  tree: unknown,
  conditions: readonly WrittenCondition[],
  configured: Configured | undefined,
): Finding[] {
  const uses = conditions.flatMap(usesIn)
  const times = Map.groupBy(uses, ({ label }) => label)
  const inputs = entriesOf(valueAt(tree, ['inputs'])).map(([, input]) => valueAt(input, ['from']))
  const everywhere = new Set([...wellKnown, ...(configured?.labels ?? [])])
  const outside = new Set([...everywhere, ...uses.flatMap(use => (isInMatch(use) ? [use.label] : []))])
  return uses.flatMap((use): Finding[] => {
    const { label, path, offset } = use
    const known = isInMatch(use) ? everywhere : outside
    // What is written more than once was hardly mistyped each time.
    const isMeant =
      known.has(label) || times.get(label)!.length > 1 || inputs.includes(`alert.labels.${label}`)
    const nearest = isMeant ? undefined : nearestName(label, known, lettersWrong)
    if (nearest === undefined) return []
    const message = `in \`${String(path.at(-1))}\`: the label \`${label}\` is known from nowhere else`
    return [{ path, offset, message, hint: `did you mean \`${nearest}\`?` }]
  })
}

function isInMatch({ path }: Use): boolean {
  return path[0] === 'match'
}

/** An incident of a system without targets has nothing to measure and nothing to mend. */
export function warnOfSystem(match: unknown, { targets }: Pick<Configured, 'targets'>): Finding[] {
  if (typeof match !== 'string' || targets.length === 0) return []
  const known = new Set(targets.map(({ place }) => (JSON.parse(place) as [string, string])[0]))
  const asked = (waysOf(parseMatch(match)) ?? []).flatMap(way =>
    way.flatMap(atom =>
      atom.kind === 'comparison' && atom.path === 'alert.labels.system' && atom.operator === '=='
        ? [String(atom.value)]
        : [],
    ),
  )
  return [...new Set(asked)].flatMap((system): Finding[] => {
    if (known.has(system)) return []
    const nearest = nearestName(system, known)
    const hint = nearest === undefined ? undefined : `did you mean \`${nearest}\`?`
    return [{ path: ['match'], message: `no target is configured in the system \`${system}\``, hint }]
  })
}

function usesIn({ path, compiled }: WrittenCondition): Use[] {
  if ('problem' in compiled) return []
  const found: Use[] = []
  const look = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(look)
    if (!isNode(part)) return
    const label = /^alert\.labels(?:\.(\w+)|\[(".*")\])$/.exec(pathOf(part) ?? '')
    if (label === null) return look(part.args)
    found.push({ label: label[1] ?? (JSON.parse(label[2]!) as string), path, offset: part.start })
  }
  look(compiled.ast)
  return found
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}
