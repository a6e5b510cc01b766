import { clipped, inertLine } from '../../contracts/inert-text.ts'

/** A label is read at a glance; the chapters have the whole text. */
const longest = 160

/**
 * A text as a quoted Mermaid label. Everything that is not a letter, a digit or one of a few signs becomes an entity of its
 * code point: quotes, tags, hashes and `%%{` mean something to Mermaid, and a colon after the word "style" is taken for CSS.
 */
export function mermaidLabel(...lines: readonly string[]): string {
  return `"${lines.map(line => escaped(clipped(inertLine(line, longest), longest))).join('<br/>')}"`
}

function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M} .,_()'=?/+-]/gu, sign => `#${sign.codePointAt(0)};`)
}
