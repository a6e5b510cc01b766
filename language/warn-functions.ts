/**
 * Pages for somebody whose name is likely misspelt, where no contact is configured that could tell: every page goes to the log then, and
 * functions of principals are all that is known of who is called. Any other name may be one that is configured later.
 */
import type { Configured } from './configured.ts'
import type { Finding } from './fault.ts'
import { nearestName } from './nearest-name.ts'
import { listAt } from './tree.ts'

export function warnOfFunctions(tree: unknown, { principals, contacts }: Configured): Finding[] {
  if (contacts.length > 0) return []
  const known = new Set(principals.flatMap(({ name, functions }) => [name, ...functions]))
  return listAt(tree, ['escalate']).flatMap((level, at) =>
    listAt(level, ['page']).flatMap((name, index): Finding[] => {
      const nearest = typeof name !== 'string' || known.has(name) ? undefined : nearestName(name, known)
      if (nearest === undefined) return []
      const message = `no principal has the function \`${String(name)}\``
      return [{ path: ['escalate', at, 'page', index], message, hint: `did you mean \`${nearest}\`?` }]
    }),
  )
}
