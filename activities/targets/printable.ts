import { replaceUnseen } from '../../contracts/inert-text.ts'

/**
 * A name or an answer of a target as one short line. Somebody approves by it, so two keys that differ must look different:
 * each character that cannot be seen becomes a `?`, a joiner too, and none is dropped or folded as in a message.
 */
export function printable(text: string, maxCharacters: number): string {
  const visible = replaceUnseen(text, () => '?').replace(/[\u200c\u200d]/g, '?')
  // By code point, so that no surrogate pair is cut in two. The slice keeps a huge answer from being taken apart.
  const characters = Array.from(visible.slice(0, (maxCharacters + 1) * 2))
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : visible
}
