/** Conditions that have to hold for a time, and the measurements that tell whether they do. */
import { formatDuration, parseDuration } from '../contracts/duration.ts'
import type { Finding } from './fault.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintLasting(tree: unknown): Finding[] {
  return [
    ...lintRecheck(tree),
    ...listAt(tree, ['triage', 'severity']).flatMap((_, index) => lintRule(tree, index)),
  ]
}

function lintRecheck(tree: unknown): Finding[] {
  if (valueAt(tree, ['triage', 'recheck']) === undefined) return []
  const at = { path: ['triage', 'recheck'], at: 'key' } as const
  if (entriesOf(valueAt(tree, ['triage', 'checks'])).length === 0)
    return [{ ...at, message: '`recheck` has nothing to measure: triage has no checks' }]
  const rules = listAt(tree, ['triage', 'severity'])
  const isAsked = rules.some(rule => valueAt(rule, ['when']) !== undefined)
  if (isAsked || valueAt(tree, ['triage', 'impact']) !== undefined) return []
  const message = '`recheck` tells nothing: neither a rule of severity nor `impact` asks a measurement'
  return [{ ...at, message }]
}

function lintRule(tree: unknown, index: number): Finding[] {
  const written = valueAt(tree, ['triage', 'severity', index, 'for'])
  if (written === undefined) return []
  const path = ['triage', 'severity', index, 'for']
  if (valueAt(tree, ['triage', 'severity', index, 'when']) === undefined)
    return [{ path, at: 'key', message: '`for` needs a `when` that has to hold for so long' }]
  const recheck = valueAt(tree, ['triage', 'recheck'])
  if (recheck === undefined) {
    const hint = 'add to triage for example: recheck: 1m'
    return [{ path, at: 'key', message: '`for` needs `recheck`: triage measures once', hint }]
  }
  const [lasting, every] = [parseDuration(written), parseDuration(recheck)]
  if (lasting === undefined || every === undefined || lasting >= every) return []
  const message = `\`for\` must be at least \`recheck\` (${formatDuration(every)}): nobody looks in between`
  return [{ path, message }]
}
