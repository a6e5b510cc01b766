/** Proofs that would hold although nobody of a group answers: recovered means measured. */
import { isCheckName } from '../contracts/targets/catalogue.ts'
import { limits } from '../contracts/limits.ts'
import { alwaysHolds, waysOf } from './condition-logic.ts'
import type { Finding } from './fault.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { entriesOf, valueAt } from './tree.ts'
import { writtenRole } from './written-roles.ts'

/** The largest group of which nobody answers. */
const silence = Array.from(
  { length: limits.targetsPerRole },
  (_, index) => new Map<string, unknown>(Object.entries({ target: `target-${index}`, answered: false })),
)

export function lintSilence(tree: unknown, conditions: readonly WrittenCondition[]): Finding[] {
  const groups = entriesOf(valueAt(tree, ['triage', 'checks'])).flatMap(([name, use]) => {
    const uses = valueAt(use, ['uses'])
    const isKnown = typeof uses === 'string' && isCheckName(uses)
    return isKnown && writtenRole(tree, valueAt(use, ['target']))?.isMany === true ? [name] : []
  })
  if (groups.length === 0) return []
  const checks = new Map(groups.map(name => [name, silence]))
  return conditions.flatMap((condition): Finding[] => {
    const { path } = condition
    if (path.at(-1) !== 'until') return []
    const check = valueAt(tree, [...path.slice(0, -1), 'check'])
    const seen: [string, unknown][] =
      typeof check !== 'string' ? [['checks', checks]] : groups.includes(check) ? [['value', silence]] : []
    if (seen.length === 0 || !holds(condition, new Map(seen))) return []
    const message = '`until` holds when nobody of the group answers: it proves nothing'
    return [
      { path, message, hint: 'ask all of them, such as all(one, ...): who does not answer is then no data' },
    ]
  })
}

/** What holds whatever is measured has been told already. */
function holds({ compiled }: WrittenCondition, values: Map<string, unknown>): boolean {
  if ('problem' in compiled) return false
  const ways = waysOf(compiled.ast)
  if (ways !== undefined && alwaysHolds(ways)) return false
  try {
    return compiled.run(values) === true
  } catch {
    // No data, which proves nothing and is not taken for a proof.
    return false
  }
}
