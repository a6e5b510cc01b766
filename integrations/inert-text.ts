/** Titles, labels and reasons come from outside: made into text that no channel obeys. */

/**
 * Controls, bidirectional controls (UAX #9; CVE-2021-42574), invisible characters that hide or split words, and the tag
 * block that can carry unseen text. The zero-width joiner stays: emoji and Indic scripts need it.
 */
const unseen =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** One visible line of at most `length` UTF-16 units. */
export function inertLine(text: string, length: number): string {
  // The first cut keeps a huge text from being worked on.
  const line = text
    .slice(0, length * 4)
    .toWellFormed()
    .replace(unseen, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  return clipped(line, length)
}

/** Cuts at a character, never inside a pair, and shows that something is missing. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text
  let kept = text.slice(0, length - 1)
  // Half of a surrogate pair at the cut goes too.
  if (!kept.isWellFormed()) kept = kept.slice(0, -1)
  return `${kept.trimEnd()}…`
}
