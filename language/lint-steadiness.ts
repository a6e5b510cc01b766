/** The times of a verification, which must leave room for it to succeed. */
import { limits } from '../contracts/limits.ts'
import { formatDuration, parseDuration } from '../contracts/duration.ts'
import type { Finding, Path } from './fault.ts'
import { listAt, valueAt } from './tree.ts'

export function lintSteadiness(tree: unknown): Finding[] {
  const ofSteps = listAt(tree, ['mitigate']).flatMap((_, index): Path[] => [
    ['mitigate', index, 'verify'],
    ['mitigate', index, 'undo', 'verify'],
  ])
  return [...ofSteps, ['verify']].flatMap(path => lintTimes(valueAt(tree, path), path))
}

function lintTimes(written: unknown, path: Path): Finding[] {
  const settle = timeOf(written, 'settle', 0)
  const held = timeOf(written, 'for', limits.verifyForMs)
  const within = timeOf(written, 'within', limits.verifyWithinMs)
  const every = timeOf(written, 'every', 0)
  if (written === undefined || settle === undefined || held === undefined || within === undefined) return []
  const needed = settle + held
  if (needed > within) {
    const message = `cannot succeed: settle and for take ${formatDuration(needed)}, within is ${formatDuration(within)}`
    return [{ path, at: 'key', message }]
  }
  if (every === undefined || every <= within) return []
  return [
    { path: [...path, 'every'], message: `\`every\` must be at most \`within\` (${formatDuration(within)})` },
  ]
}

/** Undefined when it is written wrongly, which the schema reports. */
function timeOf(written: unknown, key: string, otherwise: number): number | undefined {
  const value = valueAt(written, [key])
  return value === undefined ? otherwise : parseDuration(value)
}
