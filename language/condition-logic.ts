/**
 * What follows from a condition whatever is measured: that it can never hold, that it always does, that it holds only where
 * another one does. Says nothing where it cannot tell; what it says is so.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import {
  type Atom,
  excludes,
  implies,
  mirrored,
  negated,
  type Operator,
  operators,
} from './condition-atoms.ts'
import { createCompiler } from './condition-language.ts'

/** One way to make the condition true: all of these together. */
type Way = readonly Atom[]
/** All ways to make it true; none when it cannot be, one without any atom when it always is. */
export type Ways = readonly Way[]

/** More ways are no thought of a person, and each is held against each. */
const mostWays = 32

/** The ways to make a type-checked condition true; undefined when there are too many to say anything. */
export function waysOf(ast: ASTNode): Ways | undefined {
  const ways = waysToMake(true, ast)
  return ways?.filter(way => exclusion(way) === undefined)
}

/** Two parts of a condition that nothing can meet together; undefined when its ways are not all closed by one. */
export function exclusionIn(ast: ASTNode): readonly [Atom, Atom] | undefined {
  const [first] = waysToMake(true, ast) ?? []
  return first && exclusion(first)
}

export function alwaysHolds(ways: Ways): boolean {
  return ways.some(way => way.length === 0)
}

/** The places in `others` of which one is true whenever `ways` is; undefined when that cannot be told. */
export function holdsOnlyWhere(ways: Ways, others: readonly (Ways | undefined)[]): number[] | undefined {
  const found = new Set<number>()
  for (const way of ways) {
    const index = others.findIndex(other => other?.some(wider => isInside(way, wider)))
    if (index === -1) return undefined
    found.add(index)
  }
  return [...found].toSorted((a, b) => a - b)
}

/** Whether `ways` ask for all that `others` ask for, and for more. False means: not that we can tell. */
export function isNarrower(ways: Ways, others: Ways): boolean {
  return holdsOnlyWhere(ways, [others]) !== undefined && holdsOnlyWhere(others, [ways]) === undefined
}

/** Can both be true at once? Yes, unless each way of the one excludes each way of the other. */
export function canBothHold(ways: Ways, others: Ways): boolean {
  return ways.some(way => others.some(other => exclusion([...way, ...other]) === undefined))
}

function isInside(way: Way, wider: Way): boolean {
  return wider.every(asked => way.some(atom => implies(atom, asked)))
}

function exclusion(way: Way): [Atom, Atom] | undefined {
  for (const [index, first] of way.entries()) {
    const second = way.slice(index + 1).find(other => excludes(first, other))
    if (second !== undefined) return [first, second]
  }
  return undefined
}

function waysToMake(wanted: boolean, root: ASTNode): Ways | undefined {
  const constantOf = createConstants()
  const waysTo = (wanted: boolean, node: ASTNode): Ways | undefined => {
    const constant = constantOf(node)
    if (constant !== undefined) return constant === wanted ? [[]] : []
    if (node.op === '!_') return waysTo(!wanted, node.args)
    if (node.op === '&&' || node.op === '||') {
      const [left, right] = node.args.map(part => waysTo(wanted, part))
      return (node.op === '&&') === wanted ? both(left, right) : either(left, right)
    }
    if (node.op === '?:') {
      const [asked, whenTrue, whenFalse] = node.args
      const first = both(waysTo(true, asked), waysTo(wanted, whenTrue))
      return either(first, both(waysTo(false, asked), waysTo(wanted, whenFalse)))
    }
    if (node.op === 'in') return waysToBeIn(wanted, node)
    const atom = atomOf(node)
    return [[wanted ? atom : negated(atom)]]
  }
  return waysTo(wanted, root)
}

function either(left: Ways | undefined, right: Ways | undefined): Ways | undefined {
  if (left === undefined || right === undefined) return undefined
  return left.length + right.length > mostWays ? undefined : [...left, ...right]
}

function both(left: Ways | undefined, right: Ways | undefined): Ways | undefined {
  if (left?.length === 0 || right?.length === 0) return []
  if (left === undefined || right === undefined || left.length * right.length > mostWays) return undefined
  return left.flatMap(one => right.map(other => [...one, ...other]))
}

/** `x in ["a", "b"]` is `x == "a" || x == "b"`. */
function waysToBeIn(wanted: boolean, node: ASTNode & { op: 'in' }): Ways {
  const [item, list] = node.args
  const path = pathOf(item)
  const values = list.op === 'list' ? list.args.map(writtenOf) : []
  const isPlain = path !== undefined && values.length > 0 && values.every(value => value !== undefined)
  if (!isPlain) return [[textOf(node, !wanted)]]
  const equal = values.map((value): Atom => ({ kind: 'comparison', path, operator: '==', value }))
  return wanted ? equal.map(atom => [atom]) : [equal.map(negated)]
}

function atomOf(node: ASTNode): Atom {
  const asFact = pathOf(node)
  if (asFact !== undefined) return { kind: 'comparison', path: asFact, operator: '==', value: true }
  if (!isComparison(node)) return prefixOf(node) ?? textOf(node)
  const { op: operator } = node
  const [left, right] = node.args
  const [path, value] = [pathOf(left), writtenOf(right)]
  if (path !== undefined && value !== undefined) return comparison(path, operator, value, node)
  const [otherPath, otherValue] = [pathOf(right), writtenOf(left)]
  if (otherPath === undefined || otherValue === undefined) return textOf(node)
  return comparison(otherPath, mirrored[operator], otherValue, node)
}

/** `alert.labels.job.startsWith("api")`. */
function prefixOf(node: ASTNode): Atom | undefined {
  if (node.op !== 'rcall' || node.args[0] !== 'startsWith') return undefined
  const [, text, [beginning]] = node.args
  const path = pathOf(text)
  const prefix = beginning && writtenOf(beginning)
  return path === undefined || typeof prefix !== 'string'
    ? undefined
    : { kind: 'prefix', path, prefix, isNegated: false }
}

/** Order is only that of numbers: CEL compares text by code points, JavaScript by UTF-16. */
function comparison(path: string, operator: Operator, value: number | string | boolean, node: ASTNode): Atom {
  const isEquality = operator === '==' || operator === '!='
  if (typeof value !== 'number' && !isEquality) return textOf(node)
  if (typeof value === 'boolean' && operator === '!=')
    return { kind: 'comparison', path, operator: '==', value: !value }
  return { kind: 'comparison', path, operator, value }
}

function textOf({ input, start, end }: ASTNode, isNegated = false): Atom {
  return { kind: 'text', text: input.slice(start, end), isNegated }
}

function isComparison(node: ASTNode): node is ASTNode & { op: Operator; args: [ASTNode, ASTNode] } {
  return (operators as readonly string[]).includes(node.op)
}

/** `checks.pool.idle`, `alert.labels["a"]`: one value, whichever it is. */
export function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args
  if (node.op === '.') {
    const [inside, field] = node.args
    const path = pathOf(inside)
    return path && `${path}.${field}`
  }
  if (node.op !== '[]') return undefined
  const [inside, key] = node.args
  const path = pathOf(inside)
  if (path === undefined || key.op !== 'value' || typeof key.args !== 'string') return undefined
  // Two ways to write one value.
  return /^[A-Za-z_]\w*$/.test(key.args) ? `${path}.${key.args}` : `${path}[${JSON.stringify(key.args)}]`
}

function writtenOf(node: ASTNode): number | string | boolean | undefined {
  if (node.op === '-_') {
    const value = writtenOf(node.args)
    return typeof value === 'number' ? -value : undefined
  }
  if (node.op !== 'value') return undefined
  const value = node.args
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? value
    : undefined
}

/** Says what a part is that reads no value at all. */
function createConstants(): (node: ASTNode) => boolean | undefined {
  const compile = createCompiler({})
  return node => {
    if (readsSomething(node)) return undefined
    const compiled = compile(node.input.slice(node.start, node.end))
    if ('problem' in compiled) return undefined
    try {
      const value = compiled.run(new Map())
      return typeof value === 'boolean' ? value : undefined
    } catch {
      // A division by zero, for one: neither true nor false.
      return undefined
    }
  }
}

function readsSomething(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(readsSomething)
  if (typeof part !== 'object' || part === null || !('op' in part) || !('args' in part)) return false
  return part.op === 'id' || readsSomething(part.args)
}
