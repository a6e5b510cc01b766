/** What a condition reads and holds it against, whatever it does with it. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { pathOf } from '../language/condition-logic.ts'
import { operators } from '../language/condition-atoms.ts'

export type Literal = number | string | boolean

export interface Comparison {
  /** As they are written: `checks.pool.value`, `alert.labels.team`, `edge.status` of a loop. */
  paths: string[]
  literals: Literal[]
}

export interface ReadCondition {
  paths: string[]
  comparisons: Comparison[]
}

export function readCondition(ast: ASTNode): ReadCondition {
  const comparisons = partsOf(ast).filter(compares)
  return {
    paths: pathsIn(ast),
    comparisons: comparisons.map(node => ({ paths: pathsIn(node), literals: literalsIn(node) })),
  }
}

/** What holds two values against each other: an operator, `in`, or a text that begins, ends or has so. */
function compares({ op, args }: ASTNode): boolean {
  if (op === 'in' || operators.some(operator => operator === op)) return true
  return op === 'rcall' && ['startsWith', 'endsWith', 'contains'].includes(args[0])
}

function pathsIn(part: unknown): string[] {
  if (Array.isArray(part)) return [...new Set(part.flatMap(pathsIn))]
  if (!isNode(part)) return []
  const path = pathOf(part)
  return path === undefined ? pathsIn(part.args) : [path]
}

function literalsIn(part: unknown): Literal[] {
  return partsOf(part).flatMap(({ op, args }): Literal[] => {
    if (op !== 'value') return []
    if (typeof args === 'bigint') return [Number(args)]
    return typeof args === 'number' || typeof args === 'string' || typeof args === 'boolean' ? [args] : []
  })
}

/** The node and all nodes in it. */
function partsOf(part: unknown): ASTNode[] {
  if (Array.isArray(part)) return part.flatMap(partsOf)
  return isNode(part) ? [part, ...partsOf(part.args)] : []
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
