/** Text from outside, written into YAML and CEL so that it can be nothing but text there. */
import { inertLine, replaceUnseen } from '../../contracts/inert-text.ts'

/** A double-quoted scalar of one line (YAML 1.2.2, 7.3.1); what nobody would see is an escape. */
export function yamlText(text: string): string {
  return withEscapes(JSON.stringify(text.toWellFormed()))
}

/** A string literal of CEL on one line; what nobody would see is an escape. */
export function celText(text: string): string {
  return withEscapes(JSON.stringify(text.toWellFormed()))
}

/** A lower-case name as people write it; only what YAML would take for something else stands in quotes. */
export function yamlName(name: string): string {
  const isPlain = /^[a-z][a-z0-9-]*$/.test(name) && !['null', 'true', 'false'].includes(name)
  return isPlain ? name : yamlText(name)
}

/** A condition as a single-quoted scalar. It must be one line of visible signs, as `celText` makes it. */
export function yamlCondition(condition: string): string {
  return `'${condition.replaceAll("'", "''")}'`
}

/** A line that ends where we say: comments have no escapes. */
export function yamlComment(text: string): string {
  return `# ${inertLine(text, longestComment)}`
}

const longestComment = 400

/** Both languages read `\uXXXX` and, beyond the first plane, `\UXXXXXXXX`. */
function withEscapes(literal: string): string {
  return replaceUnseen(literal, sign => {
    const code = (sign.codePointAt(0) ?? 0).toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
