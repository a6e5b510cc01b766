/**
 * Whether a changed condition holds more or less often than before. Understands `&&`, `||`, `!`, limits (`a.b > 5`) and equality;
 * anything else is compared by its form, and says `other` when that is not enough. Missing data is not considered.
 */
import { Environment, serialize } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'

/** Of the later condition: `weaker` holds whenever the earlier one did, `stronger` only then; `other` is not known. */
export type Strength = 'same' | 'weaker' | 'stronger' | 'other'

/** Compares two valid conditions. Throws what the CEL parser throws for one that is not. */
export function compareConditions(before: string, after: string): Strength {
  const environment = new Environment()
  const [earlier, later] = [environment.parse(before).ast, environment.parse(after).ast]
  const implies = createImplies()
  const [isWeaker, isStronger] = [implies(earlier, later), implies(later, earlier)]
  if (isWeaker) return isStronger ? 'same' : 'weaker'
  return isStronger ? 'stronger' : 'other'
}

type Implies = (one: ASTNode, other: ASTNode) => boolean

/** What was found once is remembered: without that, nested alternatives would take exponential time. */
function createImplies(): Implies {
  const known = new Map<ASTNode, Map<ASTNode, boolean>>()
  return function implies(one, other) {
    const ofOne = known.get(one) ?? new Map<ASTNode, boolean>()
    known.set(one, ofOne)
    const found = ofOne.get(other) ?? judge(one, other, implies)
    ofOne.set(other, found)
    return found
  }
}

function judge(one: ASTNode, other: ASTNode, implies: Implies): boolean {
  if (serialize(one) === serialize(other)) return true
  if (one.op === '||') return one.args.every(part => implies(part, other))
  if (other.op === '&&') return other.args.every(part => implies(one, part))
  if (one.op === '&&' && one.args.some(part => implies(part, other))) return true
  if (other.op === '||' && other.args.some(part => implies(one, part))) return true
  if (one.op === '!_' && other.op === '!_') return implies(other.args, one.args)
  return isInside(one, other)
}

interface Comparison {
  subject: string
  operator: Operator
  value: string | number | boolean
}

const operators = ['<', '<=', '>', '>=', '==', '!='] as const
type Operator = (typeof operators)[number]

const mirrored: Record<Operator, Operator> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}

/** Everything that fulfils the one comparison fulfils the other. */
function isInside(one: ASTNode, other: ASTNode): boolean {
  const [narrow, wide] = [comparisonOf(one), comparisonOf(other)]
  if (narrow === undefined || wide === undefined || narrow.subject !== wide.subject) return false
  if (narrow.operator === '==') return fulfils(narrow.value, wide)
  if (typeof narrow.value !== 'number' || typeof wide.value !== 'number') return false
  const [from, to] = [narrow.operator, wide.operator]
  if (to === '!=') return from !== '!=' && !fulfils(wide.value, narrow)
  if (from[0] !== to[0] || !'<>'.includes(from.slice(0, 1))) return false
  const isIncluded = from === to || to.length === 2
  if (narrow.value === wide.value) return isIncluded
  return from.startsWith('<') ? narrow.value < wide.value : narrow.value > wide.value
}

function fulfils(value: string | number | boolean, { operator, value: limit }: Comparison): boolean {
  if (typeof value !== typeof limit) return false
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
    case '!=':
      return value !== limit
    default:
      return operator satisfies never
  }
}

function comparisonOf(node: ASTNode): Comparison | undefined {
  const operator = operators.find(known => known === node.op)
  if (operator === undefined || !Array.isArray(node.args)) return undefined
  // The operators above have two operands.
  const [left, right] = node.args as [ASTNode, ASTNode]
  const [leftValue, rightValue] = [literalOf(left), literalOf(right)]
  if (rightValue !== undefined && leftValue === undefined)
    return { subject: serialize(left), operator, value: rightValue }
  if (leftValue !== undefined && rightValue === undefined)
    return { subject: serialize(right), operator: mirrored[operator], value: leftValue }
  return undefined
}

function literalOf(node: ASTNode): string | number | boolean | undefined {
  if (node.op === '-_') {
    const value = literalOf(node.args)
    return typeof value === 'number' ? -value : undefined
  }
  if (node.op !== 'value') return undefined
  const value: unknown = node.args
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
    ? value
    : undefined
}
