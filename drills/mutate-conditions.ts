/** Conditions that say something a little different. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { Runbook } from '../contracts/runbook.ts'
import { compareConditions } from '../language/condition-strength.ts'
import { everyCondition, type Path } from './asked-conditions.ts'
import { type Change, withChange } from './mutant.ts'

export function changesOfConditions(runbook: Runbook): Change[] {
  return placesOf(runbook).flatMap(({ path, text, isOptional }) => [
    ...variantsOf(text).map((other): Change => {
      const isSame = isSameCondition(text, other)
      return {
        kind: 'condition',
        path,
        words: `\`${text}\` -> \`${other}\``,
        runbook: withChange(runbook, path, other),
        ...(isSame ? { equivalent: 'both conditions hold for the same values' } : {}),
      }
    }),
    {
      kind: 'condition',
      path,
      words: 'always',
      runbook: withChange(runbook, path, isOptional ? undefined : 'true'),
    },
    { kind: 'condition', path, words: 'never', runbook: withChange(runbook, path, 'false') },
  ])
}

interface Place {
  path: Path
  text: string
  /** Without it it always holds. */
  isOptional: boolean
}

function placesOf(runbook: Runbook): Place[] {
  const ofChecks = everyCondition(runbook).map(({ path, text }) => ({
    path,
    text,
    isOptional: path[0] === 'mitigate' && path.length === 3,
  }))
  const ofIncident = (list: 'escalate' | 'communication'): Place[] =>
    (runbook[list] ?? []).flatMap(({ when }, index) =>
      when === undefined ? [] : [{ path: [list, index, 'when'], text: when, isOptional: true }],
    )
  return [...ofChecks, ...ofIncident('escalate'), ...ofIncident('communication')]
}

function isSameCondition(one: string, other: string): boolean {
  try {
    return compareConditions(one, other) === 'same'
  } catch {
    // What does not parse is refused anyway.
    return false
  }
}

/** Each with one change. */
export function variantsOf(text: string): string[] {
  const { ast } = new Environment().parse(text)
  const variants = nodesIn(ast).flatMap(node => changesOf(node).map(other => replaced(text, node, other)))
  return [...new Set(variants)].filter(variant => variant !== text)
}

const strictness: Record<string, string[]> = {
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
}

/** What may stand in its place. */
function changesOf(node: ASTNode): string[] {
  const { input, start, end } = node
  if (node.op === 'value') return nearNumbers(node.args)
  const others = strictness[node.op]
  if (others === undefined || !Array.isArray(node.args)) return []
  const [left, right] = node.args
  if (!isNode(left) || !isNode(right)) return []
  const between = input.slice(left.end, right.start)
  return others.map(
    other => input.slice(start, left.end) + between.replace(node.op, other) + input.slice(right.start, end),
  )
}

/** A tenth less and a tenth more; of whole numbers at least one. */
function nearNumbers(value: unknown): string[] {
  if (typeof value === 'bigint') {
    const number = Number(value)
    const step = Math.max(1, Math.round(Math.abs(number) / 10))
    return [number - step, number + step].map(String)
  }
  if (typeof value !== 'number') return []
  const step = value === 0 ? 0.1 : Math.abs(value) / 10
  return [value - step, value + step].map(other => {
    const written = String(Number(other.toPrecision(10)))
    return /^-?\d+$/.test(written) ? `${written}.0` : written
  })
}

function replaced(text: string, { start, end }: ASTNode, other: string): string {
  return text.slice(0, start) + other + text.slice(end)
}

function nodesIn(part: unknown): ASTNode[] {
  if (Array.isArray(part)) return part.flatMap(nodesIn)
  return isNode(part) ? [part, ...nodesIn(part.args)] : []
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
