/**
 * The part of CEL that conditions may use: typed variables, bounded size, bounded cost.
 * Runs inside the workflow sandbox: no node imports, no clock, nothing remembered between calls.
 */
import { Environment } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'
import { explain, withHint, type ConditionProblem } from './condition-problem.ts'
import type { VariableType, Variables } from './condition-values.ts'

export type Compiled =
  { run: (values: Map<string, unknown>) => unknown; ast: ASTNode } | { problem: ConditionProblem }

/** A condition is one thought; a longer one belongs into a check. */
const maxLength = 2_048
const celLimits = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 4,
}

/**
 * `matches` is missing because JavaScript's regular expressions can take exponential time on an alert's text, and
 * `cel.bind`, `map`, `filter`, `join`, `split` because they let values grow; a workflow task has two seconds.
 */
const loops = ['all', 'exists'] as const
const stringFunctions = ['contains', 'endsWith', 'lowerAscii', 'startsWith', 'trim', 'upperAscii'] as const
export const conditionFunctions = [
  'double',
  'has',
  'int',
  'size',
  'string',
  ...stringFunctions,
  ...loops,
] as const

/** Parses and type-checks an expression that must be true or false. */
export function compile(expression: string, variables: Variables): Compiled {
  return createCompiler(variables)(expression)
}

/** The same for several expressions that see the same: declaring what they see costs more than a short expression does. */
export function createCompiler(variables: Variables): (expression: string) => Compiled {
  let declared: Environment | undefined
  return expression => compileIn(() => (declared ??= environmentOf(variables)), expression, variables)
}

function compileIn(environmentOf: () => Environment, expression: string, variables: Variables): Compiled {
  if (expression.length > maxLength) {
    return { problem: { message: `the condition is longer than ${maxLength} characters`, offset: maxLength } }
  }
  try {
    const environment = environmentOf()
    const parsed = environment.parse(expression)
    const forbidden = findForbidden(parsed.ast, environment, false)
    if (forbidden !== undefined) return { problem: forbidden }
    const { type = 'dyn', error } = parsed.check()
    if (error !== undefined) return { problem: explain(error, variables) }
    if (type !== 'bool' && type !== 'dyn') return { problem: notABool(type) }
    return { run: values => parsed(values) as unknown, ast: parsed.ast }
  } catch (error) {
    return { problem: explain(error, variables) }
  }
}

function environmentOf(variables: Variables): Environment {
  const environment = new Environment({ limits: celLimits })
  for (const [name, type] of Object.entries(variables)) {
    if (typeof type === 'string') environment.registerVariable(name, celType(type))
    else environment.registerVariable(name, { schema: celSchema(type) })
  }
  return environment
}

interface CelSchema {
  [field: string]: string | CelSchema
}

function celSchema(variables: Variables): CelSchema {
  const fields = Object.entries(variables)
  return Object.fromEntries(
    fields.map(([name, type]) => [name, typeof type === 'string' ? celType(type) : celSchema(type)]),
  )
}

function celType(type: VariableType & string): string {
  if (type === 'labels') return 'map<string, string>'
  return type === 'unchecked' ? 'dyn' : type
}

function notABool(type: string): ConditionProblem {
  return { message: `the condition must be true or false, but it is ${type.replaceAll('$', '')}`, offset: 0 }
}

/** What the grammar allows and we do not: the first one found in a node, a list of nodes, or neither. */
function findForbidden(
  part: unknown,
  environment: Environment,
  insideLoop: boolean,
): ConditionProblem | undefined {
  if (Array.isArray(part)) return firstOf(part, item => findForbidden(item, environment, insideLoop))
  if (!isNode(part)) return undefined
  if (part.op !== 'call' && part.op !== 'rcall') return findForbidden(part.args, environment, insideLoop)
  const [name] = part.args
  const offset = part.pos
  if (!isOneOf(conditionFunctions, name)) return unknownFunction(name, offset)
  const isLoop = part.op === 'rcall' && isOneOf(loops, name)
  if (isLoop && insideLoop) return { message: 'loops inside loops are not allowed in conditions', offset }
  const wrong = name === 'has' ? problemOfHas(part.args[1], environment) : undefined
  return wrong ?? findForbidden(part.args, environment, insideLoop || isLoop)
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name)
}

function unknownFunction(name: string, offset: number): ConditionProblem {
  const message = `conditions have no function \`${name}\``
  if (name !== 'matches') return withHint(message, offset, name, [...conditionFunctions])
  const hint = 'use contains, startsWith, endsWith or `in [...]`: regular expressions have no bounded cost'
  return { message, offset, hint }
}

/** cel-js does not type-check what has() asks for, so a typing mistake would be a silent "no". */
function problemOfHas(args: unknown, environment: Environment): ConditionProblem | undefined {
  const asked: unknown = Array.isArray(args) ? args[0] : undefined
  if (!isNode(asked)) return undefined
  const { error } = environment.check(asked.input.slice(asked.start, asked.end))
  return error && { message: `has() asks for what cannot be there: ${error.summary}`, offset: asked.start }
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value
}
