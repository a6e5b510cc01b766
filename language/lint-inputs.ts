/** The inputs of a runbook: each sound in itself, and none that nobody reads. */
import { limits } from '../contracts/limits.ts'
import type { Finding, Path } from './fault.ts'
import type { WrittenCondition } from './lint-conditions.ts'
import { readInput } from './read-input.ts'
import type { DeclaredInputs } from './read-parameters.ts'
import { entriesOf, valueAt } from './tree.ts'

/** As parameters and conditions know them. */
export function declaredInputs(tree: unknown): DeclaredInputs {
  return new Map(
    entriesOf(valueAt(tree, ['inputs'])).map(([name, written]) => {
      const { input, findings } = readInput(name, written, [])
      return [name, findings.length > 0 ? undefined : input]
    }),
  )
}

export function lintInputs(tree: unknown, conditions: readonly WrittenCondition[]): Finding[] {
  const inputs = entriesOf(valueAt(tree, ['inputs']))
  if (inputs.length > limits.inputsPerRunbook) {
    const message = `a runbook has at most ${limits.inputsPerRunbook} inputs, and this has ${inputs.length}`
    return [{ path: ['inputs'], at: 'key', message }]
  }
  const read = new Set([
    ...readByParameters(valueAt(tree, ['triage'])),
    ...readByParameters(valueAt(tree, ['mitigate'])),
  ])
  for (const name of conditions.flatMap(readByCondition)) read.add(name)
  const isRoutine = valueAt(tree, ['schedule']) !== undefined
  return inputs.flatMap(([name, written]) => {
    const path = ['inputs', name]
    const findings = [
      ...readInput(name, written, path, isRoutine).findings,
      ...(isRoutine ? ofNoAlert(written, path) : []),
    ]
    if (read.has(name)) return findings
    const hint = `write { input: ${name} } as a parameter, or ask for inputs.${name} in a condition`
    return [...findings, { path, at: 'key' as const, message: `nothing reads the input \`${name}\``, hint }]
  })
}

/** What a routine is given stands in its file, or is said by whoever starts one run. */
function ofNoAlert(written: unknown, path: Path): Finding[] {
  if (valueAt(written, ['from']) === undefined) return []
  const message = '`from` reads an alert, and no alert begins this'
  const hint = '`default` is its value in every run, unless a person who starts one says another'
  return [{ path: [...path, 'from'], at: 'key', message, hint }]
}

/** Every `{ input: name }` below: a label that is itself called `input` only keeps one from being called unread. */
function readByParameters(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  const own = valueAt(part, ['input'])
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(part).flatMap(readByParameters)]
}

/** A condition that is not valid has been reported; what it may have read is not called unread as well. */
function readByCondition({ expression }: WrittenCondition): string[] {
  return [...expression.matchAll(/\binputs\s*(?:\.\s*(\w+)|\[\s*["'](\w+)["']\s*\])/g)].flatMap(
    ([, plain, quoted]) => plain ?? quoted ?? [],
  )
}
