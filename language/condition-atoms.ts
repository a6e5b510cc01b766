/** The smallest parts of a condition, as far as one can be held against another without measuring anything. */

/** A value compared with one that is written out, the beginning of a text, or a part we know only by its text. */
export type Atom =
  | { kind: 'comparison'; path: string; operator: Operator; value: Written }
  | { kind: 'prefix'; path: string; prefix: string; isNegated: boolean }
  | { kind: 'text'; text: string; isNegated: boolean }

export type Written = number | string | boolean
export const operators = ['==', '!=', '<', '<=', '>', '>='] as const
export type Operator = (typeof operators)[number]

const opposite = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const
/** The operator once both sides have changed places. */
export const mirrored = { '==': '==', '!=': '!=', '<': '>', '>': '<', '<=': '>=', '>=': '<=' } as const

/** True when both are true or neither is, of values that were measured; what was not measured makes both neither. */
export function negated(atom: Atom): Atom {
  if (atom.kind !== 'comparison') return { ...atom, isNegated: !atom.isNegated }
  const { operator, value } = atom
  if (typeof value === 'boolean' && operator === '==') return { ...atom, value: !value }
  return { ...atom, operator: opposite[operator] }
}

/** Whether `a` cannot be true without `b`. False means: not that we can tell. */
export function implies(a: Atom, b: Atom): boolean {
  if (a.kind === 'text' || b.kind === 'text')
    return a.kind === 'text' && b.kind === 'text' && a.text === b.text && a.isNegated === b.isNegated
  if (a.path !== b.path) return false
  if (a.kind === 'prefix') return prefixImplies(a, b)
  if (b.kind === 'prefix')
    return a.operator === '==' && typeof a.value === 'string' && a.value.startsWith(b.prefix) !== b.isNegated
  if (typeof a.value !== typeof b.value) return false
  if (a.operator === '==') return compares(a.value, b.operator, b.value)
  if (a.operator === b.operator && a.value === b.value) return true
  const isUpwards = a.operator === '>' || a.operator === '>='
  const isDownwards = a.operator === '<' || a.operator === '<='
  if (isUpwards && (b.operator === '>' || b.operator === '>=' || b.operator === '!='))
    return isBeyond(a, b, a.value > b.value)
  if (isDownwards && (b.operator === '<' || b.operator === '<=' || b.operator === '!='))
    return isBeyond(a, b, a.value < b.value)
  return false
}

type Prefix = Extract<Atom, { kind: 'prefix' }>

/** Of one text: what begins with the longer begins with the shorter, and with nothing else of either length. */
function prefixImplies(a: Prefix, b: Prefix | Comparison): boolean {
  if (b.kind === 'comparison')
    return b.operator === '!=' && typeof b.value === 'string' && b.value.startsWith(a.prefix) === a.isNegated
  if (a.isNegated) return b.isNegated && b.prefix.startsWith(a.prefix)
  if (!b.isNegated) return a.prefix.startsWith(b.prefix)
  return !a.prefix.startsWith(b.prefix) && !b.prefix.startsWith(a.prefix)
}

/** Both look the same way: the nearer border includes what lies behind the farther one, and itself if either may touch it. */
function isBeyond(a: Comparison, b: Comparison, isFarther: boolean): boolean {
  const isStrict = a.operator === '>' || a.operator === '<'
  return isFarther || (a.value === b.value && (isStrict || b.operator === '>=' || b.operator === '<='))
}
type Comparison = Extract<Atom, { kind: 'comparison' }>

export function excludes(a: Atom, b: Atom): boolean {
  return implies(a, negated(b))
}

function compares(left: Written, operator: Operator, right: Written): boolean {
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return operator satisfies never
  }
}

/** As an author would write it. */
export function wordsOf(atom: Atom): string {
  if (atom.kind === 'text') return atom.isNegated ? `!(${atom.text})` : atom.text
  if (atom.kind === 'prefix')
    return `${atom.isNegated ? '!' : ''}${atom.path}.startsWith(${JSON.stringify(atom.prefix)})`
  const { path, operator, value } = atom
  if (typeof value === 'boolean') return value === (operator === '==') ? path : `!${path}`
  return `${path} ${operator} ${JSON.stringify(value)}`
}
