/** What a `match` asks for, term by term: how specific it is, and whether two of them can mean the same alert. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { parseCondition } from './condition-language.ts'
import { alertVariables } from './conditions.ts'

/** Terms joined by `&&`; each asks for something more. */
export function matchTerms(match: string): ASTNode[] {
  const parsed = parseCondition(match, alertVariables)
  return parsed === undefined ? [] : terms(parsed)
}

/**
 * Can both hold for one alert? No, when both demand texts of the same label or annotation and have none in common. Everything else is
 * taken for possible: saying that two runbooks are apart has to be certain.
 */
export function canBothMatch(one: readonly ASTNode[], other: readonly ASTNode[]): boolean {
  const demands = demandsOf(other)
  return [...demandsOf(one)].every(([path, texts]) => {
    const theirs = demands.get(path)
    return theirs === undefined || theirs.some(text => texts.includes(text))
  })
}

function terms(node: ASTNode): ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(terms) : [node]
}

interface Demand {
  path: string
  texts: string[]
}

/** Label or annotation -> the texts that every term about it allows. */
function demandsOf(all: readonly ASTNode[]): Map<string, string[]> {
  const demands = new Map<string, string[]>()
  for (const demand of all.map(demandOf)) {
    if (demand === undefined) continue
    const before = demands.get(demand.path)
    demands.set(
      demand.path,
      before === undefined ? demand.texts : before.filter(text => demand.texts.includes(text)),
    )
  }
  return demands
}

/** `path == "text"`, `path in ["text", …]`, or several of one path joined by `||`. */
function demandOf(node: ASTNode): Demand | undefined {
  if (node.op === '==') return equality(node.args[0], node.args[1]) ?? equality(node.args[1], node.args[0])
  if (node.op === 'in') {
    const [asked, list] = node.args
    const path = pathOf(asked)
    const texts = list.op === 'list' ? list.args.map(textOf) : [undefined]
    return path === undefined || !texts.every(isText) ? undefined : { path, texts }
  }
  if (node.op !== '||') return undefined
  const [one, other] = node.args.map(demandOf)
  if (one === undefined || other === undefined || one.path !== other.path) return undefined
  return { path: one.path, texts: [...one.texts, ...other.texts] }
}

function equality(asked: ASTNode, given: ASTNode): Demand | undefined {
  const path = pathOf(asked)
  const text = textOf(given)
  return path === undefined || text === undefined ? undefined : { path, texts: [text] }
}

/** `alert.labels.name` and `alert.labels["name"]` are the same. */
function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args
  if (node.op !== '.' && node.op !== '[]') return undefined
  const [inside, key] = node.args
  const before = pathOf(inside)
  const name = typeof key === 'string' ? key : textOf(key)
  return before === undefined || name === undefined ? undefined : `${before}\n${name}`
}

function textOf(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined
}

function isText(text: string | undefined): text is string {
  return text !== undefined
}
