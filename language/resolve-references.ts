import type { Finding, Path } from './fault.ts'
import { nameHint } from './nearest-name.ts'
import { isKnownKind, referencesIn, replaceReferences, type Resolve } from './references.ts'

/**
 * Gives the same tree with every reference replaced, and a finding for each that could not be. Each reference is looked
 * up once; where a lookup failed, or `isRead` is false, the reference itself stays.
 */
export function resolveReferences(
  tree: unknown,
  resolve: Resolve,
  isRead: (path: Path) => boolean = () => true,
): { resolved: unknown; findings: Finding[] } {
  const answers = new Map<string, ReturnType<Resolve>>()
  const findings: Finding[] = []

  const lookUp: Resolve = reference => {
    const key = `${reference.kind}:${reference.name}`
    const answer = answers.get(key) ?? resolve(reference)
    answers.set(key, answer)
    return answer
  }

  const replace = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => replace(item, [...path, index]))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, replace(item, [...path, key])]),
      )
    }
    if (typeof value !== 'string' || !isRead(path)) return value
    findings.push(...problemsIn(value, path, lookUp))
    return replaceReferences(value, reference => {
      const answer = lookUp(reference)
      return typeof answer === 'string' ? answer : `\${${reference.kind}:${reference.name}}`
    })
  }

  return { resolved: replace(tree, []), findings }
}

function problemsIn(text: string, path: Path, resolve: Resolve): Finding[] {
  return referencesIn(text).flatMap(({ kind, name, offset }): Finding[] => {
    if (!isKnownKind(kind)) {
      const hint = nameHint(kind, ['env', 'file'])
      return [
        {
          path,
          offset,
          message: `\`\${${kind}:...}\` is no reference; there are \${env:NAME} and \${file:PATH}`,
          hint,
        },
      ]
    }
    const answer = resolve({ kind, name })
    if (typeof answer === 'string') return []
    return [{ path, offset, message: `\`\${${kind}:${name}}\` could not be read: ${answer.problem}` }]
  })
}
