/**
 * The part of CEL that conditions may use: typed variables, bounded size, bounded cost.
 * Runs inside the workflow sandbox: no node imports, no clock, nothing remembered between calls.
 */
import { Environment } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'
import { explain, withHint, type ConditionProblem } from './condition-problem.ts'
import { registerGroupFunctions } from './condition-groups.ts'
import { isListType, type VariableType, type Variables } from './condition-values.ts'

export type Compiled =
  { run: (values: Map<string, unknown>) => unknown; ast: ASTNode } | { problem: ConditionProblem }

/** A condition is one thought; a longer one belongs into a check. */
const maxLength = 2_048
/** What CEL calls the items of a group; people are shown none of it. */
const memberPrefix = '$member_of_'
const celLimits = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 4,
}

/**
 * `matches` is missing because JavaScript's regular expressions can take exponential time on an alert's text, and
 * `cel.bind`, `join`, `split` because they let values grow, as `map` would if it gave anything but numbers; a workflow task has two
 * seconds.
 */
const loops = ['all', 'exists', 'filter', 'map'] as const
const stringFunctions = ['contains', 'endsWith', 'lowerAscii', 'startsWith', 'trim', 'upperAscii'] as const
export const conditionFunctions = [
  'double',
  'has',
  'int',
  'max',
  'min',
  'size',
  'string',
  'sum',
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
    const forbidden = findForbidden(parsed.ast, environment)
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
  registerGroupFunctions(environment)
  for (const [name, type] of Object.entries(variables)) {
    const schema = celSchema(environment, type, name)
    if (typeof schema === 'string') environment.registerVariable(name, schema)
    else environment.registerVariable(name, { schema })
  }
  return environment
}

interface CelSchema {
  [field: string]: string | CelSchema
}

/** Items of a list are a type of their own, which needs a name: `$value` or `$checks_agents`, after where the list stands. */
function celSchema(environment: Environment, type: VariableType, path: string): string | CelSchema {
  if (type === 'labels') return 'map<string, string>'
  if (type === 'unchecked') return 'dyn'
  if (typeof type === 'string') return type
  if (!isListType(type)) return recordSchema(environment, type, path)
  // A check's name may have a fault of its own, which is said elsewhere.
  const name = `${memberPrefix}${path.replaceAll(/\W/g, other => `_${other.charCodeAt(0)}_`)}`
  environment.registerType({ name, schema: recordSchema(environment, type[0], path) })
  return `list<${name}>`
}

function recordSchema(environment: Environment, variables: Variables, path: string): CelSchema {
  const fields = Object.entries(variables)
  return Object.fromEntries(
    fields.map(([name, type]) => [name, celSchema(environment, type, `${path}_${name}`)]),
  )
}

function notABool(type: string): ConditionProblem {
  return { message: `the condition must be true or false, but it is ${type.replaceAll('$', '')}`, offset: 0 }
}

/** What the grammar allows and we do not: the first one found in a node, a list of nodes, or neither. */
function findForbidden(part: unknown, environment: Environment, inside?: Loop): ConditionProblem | undefined {
  if (Array.isArray(part)) return firstOf(part, item => findForbidden(item, environment, inside))
  if (!isNode(part)) return undefined
  if (part.op === '[]')
    return problemOfIndex(part, environment) ?? findForbidden(part.args, environment, inside)
  if (part.op !== 'call' && part.op !== 'rcall') return findForbidden(part.args, environment, inside)
  const [name] = part.args
  const offset = part.pos
  if (!isOneOf(conditionFunctions, name)) return unknownFunction(name, offset)
  if (part.op === 'rcall' && isOneOf(loops, name)) return problemOfLoop(part, environment, inside)
  const wrong = name === 'has' ? problemOfHas(part.args[1], environment, inside) : undefined
  return wrong ?? findForbidden(part.args, environment, inside)
}

/** What is looped over, and what its items are called, as they are written. */
interface Loop {
  over: string
  item: string
}

type LoopCall = ASTNode & { op: 'rcall' }

function problemOfLoop(
  part: LoopCall,
  environment: Environment,
  inside: Loop | undefined,
): ConditionProblem | undefined {
  const [name, receiver, [item, ...body]] = part.args
  const offset = part.pos
  if (inside !== undefined) return { message: 'loops inside loops are not allowed in conditions', offset }
  const loop = { over: textOf(receiver), item: item === undefined ? '' : textOf(item) }
  const found = findForbidden(receiver, environment) ?? findForbidden(body, environment, loop)
  if (found !== undefined || name !== 'map') return found
  const { type, error } = environment.check(textOf(part))
  // What does not fit is said with the whole condition.
  if (error !== undefined || type === 'list<int>' || type === 'list<double>') return undefined
  return { message: '`map` has to give a number for each, for max, min or sum', offset }
}

/** Its first may be another one tomorrow. */
function problemOfIndex(
  part: ASTNode & { op: '[]' },
  environment: Environment,
): ConditionProblem | undefined {
  const [receiver] = part.args
  const { type = '' } = environment.check(textOf(receiver))
  if (!type.startsWith(`list<${memberPrefix}`)) return undefined
  const message = `\`${textOf(receiver)}\` is a group: its members have no order`
  return { message, offset: receiver.start, hint: 'ask with exists, all, or filter(...).size()' }
}

function textOf({ input, start, end }: ASTNode): string {
  return input.slice(start, end)
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
function problemOfHas(
  args: unknown,
  environment: Environment,
  inside: Loop | undefined,
): ConditionProblem | undefined {
  const asked: unknown = Array.isArray(args) ? args[0] : undefined
  if (!isNode(asked)) return undefined
  const text = textOf(asked)
  const isOfItem = inside !== undefined && text.split(/[.[]/)[0]?.trim() === inside.item
  // An item is known only in its loop.
  const { error } = environment.check(isOfItem ? `${inside.over}.map(${inside.item}, ${text})` : text)
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
