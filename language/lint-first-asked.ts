/** Nobody is called before a routine asks for a person: whoever is called then has to hear of it while it still waits. */
import { durationInWords } from '../contracts/duration-words.ts'
import { parseDuration } from '../contracts/duration.ts'
import { limits } from '../contracts/limits.ts'
import type { Finding, Path } from './fault.ts'
import { listAt, valueAt } from './tree.ts'

interface Asking {
  id: unknown
  path: Path
  /** Undefined when it is written wrongly, which the schema reports. */
  waitsMs: number | undefined
}

export function lintFirstAsked(tree: unknown): Finding[] {
  // Only of the first one it is certain that nobody has been called before.
  const first = listAt(tree, ['mitigate']).flatMap(asking)[0]
  const pagesMs = parseDuration(valueAt(tree, ['escalate', 0, 'after']))
  if (first?.waitsMs === undefined || pagesMs === undefined || pagesMs < first.waitsMs) return []
  const [waits, pages] = [first.waitsMs, pagesMs].map(durationInWords)
  const message = `nobody is called before ${String(first.id)} expires: it waits ${waits}, and the first level pages after ${pages}`
  const hint = 'its levels count from when it asks; page somebody earlier, or say a longer `expires`'
  return [{ path: first.path, message, hint }]
}

function asking(step: unknown, index: number): Asking[] {
  const [path, id] = [['mitigate', index], valueAt(step, ['id'])]
  if (valueAt(step, ['manual']) !== undefined) return [{ id, ...waiting(step, path, limits.manualExpiresMs) }]
  const gate = valueAt(step, ['gate'])
  return gate === undefined ? [] : [{ id, ...waiting(gate, [...path, 'gate'], limits.gateExpiresMs) }]
}

function waiting(written: unknown, path: Path, otherwiseMs: number): Pick<Asking, 'path' | 'waitsMs'> {
  const expires = valueAt(written, ['expires'])
  if (expires === undefined) return { path, waitsMs: otherwiseMs }
  return { path: [...path, 'expires'], waitsMs: parseDuration(expires) }
}
