/** What is wrong with a condition, in words. Safe in the workflow sandbox. */
import { EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js'
import { isListType, type VariableType, type Variables } from './condition-values.ts'
import { nameHint, nearestName } from './nearest-name.ts'

export interface ConditionProblem {
  message: string
  /** Where in the expression, in UTF-16 units from its start. */
  offset: number
  hint?: string
}

/** Says why an expression does not parse or its types do not fit. */
export function explain(error: unknown, variables: Variables): ConditionProblem {
  const isOfCel = error instanceof ParseError || error instanceof CelTypeError
  if (!isOfCel) return { message: String(error), offset: 0 }
  const { node, summary, code } = error
  const offset = error.range?.start ?? 0
  const text = node?.input?.slice(node.start, node.end) ?? ''
  if (code === 'unknown_variable') return unknownName(text, offset, Object.keys(variables))
  if (code === 'no_such_key') return missingField(text, node?.pos ?? offset, variables, node?.input ?? '')
  if (summary.startsWith('List index must be int')) return fieldOfGroup(text, node?.pos ?? offset)
  const hint = mixesNumbers.test(summary) ? mixedHint : ofDuration.test(summary) ? durationHint : undefined
  return { message: plainWords(summary), offset, ...(hint && { hint }) }
}

/** Of inputs only a duration is a record. */
const ofDuration = /^no such overload: .*\$inputs\.\w+/
const durationHint = 'of an input that is a duration, ask for its `.seconds` or `.milliseconds`'

const mixesNumbers = /^no such overload: (int \S+ double|double \S+ int)$/
const mixedHint = 'CEL keeps int and double apart: write double(...) around the int, or 1.0 for 1'

const hintOfInputs =
  'inputs are declared under `inputs`; they are decided after the runbook is chosen, and levels know none'

function unknownName(name: string, offset: number, known: string[]): ConditionProblem {
  if (name === 'inputs') return { message: `unknown name \`${name}\``, offset, hint: hintOfInputs }
  const nearest = nearestName(name, known)
  const hint = nearest
    ? `did you mean \`${nearest}\`?`
    : `known: ${known.join(', ')}; text needs quotes: "${name}"`
  return { message: `unknown name \`${name}\``, offset, hint }
}

/** `checks.agents.queued`: of which of them? */
function fieldOfGroup(text: string, offset: number): ConditionProblem {
  const at = text.lastIndexOf('.')
  const [group, field] = [text.slice(0, at), text.slice(at + 1)]
  const hint = `say of which: ${group}.exists(one, one.${field} ...), .all(...), or max(${group}.map(one, one.${field}))`
  return { message: `\`${group}\` is a group, and \`${field}\` is of each of its members`, offset, hint }
}

function missingField(
  text: string,
  offset: number,
  variables: Variables,
  expression: string,
): ConditionProblem {
  const path = text.split('.').map(part => part.trim())
  const field = path.pop() ?? ''
  const group = groupOf(path[0] ?? '', expression)
  if (group !== undefined && path.length === 1) {
    const known = namesAt(variables, group.split('.'))
    return withHint(`a member of \`${group}\` has no \`${field}\``, offset, field, known)
  }
  const known = namesAt(variables, path)
  return withHint(`\`${path.join('.')}\` has no \`${field}\``, offset, field, known)
}

/** A problem with a name, and the known name it may have meant. */
export function withHint(
  message: string,
  offset: number,
  written: string,
  known: string[],
): ConditionProblem {
  const hint = nameHint(written, known)
  return { message, offset, ...(hint && { hint }) }
}

function namesAt(variables: Variables, path: string[]): string[] {
  let at: VariableType | undefined = variables
  for (const part of path) at = isRecordType(at) && Object.hasOwn(at, part) ? at[part] : undefined
  if (at !== undefined && isListType(at)) return Object.keys(at[0])
  return isRecordType(at) ? Object.keys(at) : []
}

function isRecordType(type: VariableType | undefined): type is Variables {
  return typeof type === 'object' && !isListType(type)
}

/** What a loop goes over that calls its items so: of `checks.agents.filter(a, a.answered).map(a, a.queued)`, `checks.agents`. */
function groupOf(item: string, expression: string): string | undefined {
  const loop = /([A-Za-z_]\w*(?:\s*\.\s*\w+)*?)\s*\.\s*(?:all|exists|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,/g
  const found = [...expression.matchAll(loop)].find(([, , called]) => called === item)
  return found?.[1]?.replaceAll(/\s/g, '')
}

const tooMuch: Readonly<Record<string, string>> = {
  maxAstNodes: 'the condition has more than % parts',
  maxDepth: 'the condition is nested more than % deep',
  maxListElements: 'a list in the condition has more than % items',
  maxMapEntries: 'a map in the condition has more than % entries',
  maxCallArguments: 'a call in the condition has more than % arguments',
}

/** cel-js names the type of a record `$checks.pool` and an operation it lacks an "overload". */
function plainWords(summary: string): string {
  if (/^(Unexpected token: EOF|Expected \w+, got EOF)$/.test(summary)) return 'the condition ends too early'
  const [, limit = '', most = ''] = /^Exceeded (\w+) \((\d+)\)$/.exec(summary) ?? []
  if (limit !== '') return (tooMuch[limit] ?? `the condition exceeds ${limit} (%)`).replace('%', most)
  const words = summary
    .replace(/^no such overload: (.*)$/s, '`$1` is not possible')
    .replace(/^found no matching overload for '(.*)'$/s, '`$1` is not possible')
    .replaceAll(/list<\$member_of_\w+>/g, 'group')
    .replaceAll(/\$member_of_\w+/g, 'member of a group')
    .replaceAll('$', '')
  return words.slice(0, 1).toLowerCase() + words.slice(1)
}

/** Says in words what CEL could not do while it evaluated, naming the path that had no value. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof EvaluationError)) return error instanceof Error ? error.message : String(error)
  const node = error.node
  const path = node?.input?.slice(node.start, node.end)
  if (error.code === 'no_such_key' && path) {
    const [item = '', ...rest] = path.split('.')
    const group = groupOf(item, node?.input ?? '')
    return group === undefined ? path : `${group}: ${rest.join('.')} of each`
  }
  return path ? `${error.summary} in ${path}` : error.summary
}
