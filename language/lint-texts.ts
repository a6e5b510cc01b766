/** Text that neither the database nor a hash could keep; every other is data. */
import type { Finding, Path } from './fault.ts'
import { entriesOf } from './tree.ts'

export function lintTexts(value: unknown, path: Path = []): Finding[] {
  if (typeof value === 'string') {
    const held = unkeepable(value)
    const key = path.findLast(part => typeof part === 'string')
    return held === undefined ? [] : [{ path, message: `\`${key ?? 'the file'}\` ${held}` }]
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => lintTexts(item, [...path, index]))
  return entriesOf(value).flatMap(([key, item]): Finding[] => {
    const held = unkeepable(key)
    const inside = [...path, key]
    return held === undefined
      ? lintTexts(item, inside)
      : [{ path: inside, at: 'key', message: `a key ${held}` }]
  })
}

/** PostgreSQL has no NUL in text, and JSON Canonicalization (RFC 8785) no lone surrogate. */
function unkeepable(text: string): string | undefined {
  if (!text.isWellFormed()) return 'holds half of a character, which cannot be kept'
  return text.includes('\0') ? 'holds a NUL, which cannot be kept' : undefined
}
