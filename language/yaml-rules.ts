/** Which YAML we take: what people write by hand, and nothing that costs more than it says. */
import { isMap, isNode, isScalar, Lexer, visit, type Document, type Node, type YAMLMap } from 'yaml'

/** Something wrong at an offset of the text. */
export interface YamlProblem {
  offset: number
  message: string
}

/** Far above what people write, far below what costs a second. */
export const most = { aliases: 10, depth: 50, entries: 1_000, syntaxProblems: 10 }
export const tooDeep = `the file is nested more than ${most.depth} deep`

/** True for brackets in brackets and dashes behind dashes: the parser recurses, its lexer does not. */
export function isNestedTooDeeply(text: string): boolean {
  let brackets = 0
  let indicators = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets++
    else if (token === ']' || token === '}') brackets--
    else if (token === '-' || token === '?') indicators++
    else if (token === '\n' || token === '\r\n') indicators = 0
    if (brackets > most.depth || indicators > most.depth) return true
  }
  return false
}

/** What the parser refuses, with the first few only: after them it reports its own confusion. */
export function syntaxProblems(document: Document): YamlProblem[] {
  const first = [...document.errors, ...document.warnings].slice(0, most.syntaxProblems)
  return first.map(({ pos, code, message }) => ({ offset: pos[0], message: syntaxMessage(code, message) }))
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS')
    return 'the file holds more than one document; `---` may stand only at its top'
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (`!...`) are not allowed'
  if (/stack/i.test(message)) return tooDeep
  // Some messages quote the source at their end, and the source may be a credential.
  const unquoted = message.replace(/(: .*| directive .*)$/s, '')
  return `not valid YAML: ${unquoted.slice(0, 1).toLowerCase()}${unquoted.slice(1)}`
}

/** Keys that are repeated, are no plain words or would reach an object's prototype, and collections without measure. */
export function collectionProblems(document: Document): YamlProblem[] {
  const problems: YamlProblem[] = []
  visit(document, {
    Collection(_, collection) {
      if (collection.items.length > most.entries) {
        const message = `a list or mapping may have at most ${most.entries} entries`
        problems.push({ offset: offsetOf(collection), message })
        return visit.SKIP
      }
      if (isMap(collection)) problems.push(...keyProblems(collection))
      return undefined
    },
  })
  return problems
}

/** Instead of the library's `uniqueKeys`, which compares every key with every other. */
function keyProblems(map: YAMLMap): YamlProblem[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    const name = isScalar(key) ? String(key.value) : undefined
    const message = keyProblem(name, seen)
    if (name !== undefined) seen.add(name)
    return message === undefined ? [] : [{ offset: offsetOf(isNode(key) ? key : map), message }]
  })
}

function keyProblem(name: string | undefined, seen: ReadonlySet<string>): string | undefined {
  if (name === undefined) return 'a key must be a plain word'
  if (name === '__proto__') return '`__proto__` is not allowed as a key'
  return seen.has(name) ? `\`${name}\` is written twice` : undefined
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

/** An alias inside its own anchor makes a value without an end; block style nests without brackets. */
export function valueProblem(value: unknown, above: readonly object[] = []): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (above.includes(value)) return 'an alias stands inside what it repeats'
  if (above.length >= most.depth) return tooDeep
  const inside = [...above, value]
  for (const item of Object.values(value)) {
    const problem = valueProblem(item, inside)
    if (problem !== undefined) return problem
  }
  return undefined
}
