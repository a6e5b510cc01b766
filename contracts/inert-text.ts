/**
 * Titles, labels, keys, notes and answers come from outside: made into text that no terminal, channel or document obeys and
 * in which nothing hides. Markup is escaped where it is written (Markdown, HTML, Slack); this is what every place needs.
 */

/**
 * Controls (C0 with tab and newline, DEL, C1), bidirectional controls (UAX #9; CVE-2021-42574), line separators, invisible
 * characters that hide or split words, and the tag block that can carry unseen text. The zero-width joiners stay: emoji and
 * Indic scripts need them.
 */
const unseen =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** Puts something in the place of each unseen character, tabs and newlines among them; halves of surrogate pairs become U+FFFD. */
export function replaceUnseen(text: string, instead: (character: string) => string): string {
  return text.toWellFormed().replace(unseen, instead)
}

/** Text of several lines: unseen characters are gone, tabs and newlines stay. */
export function inertLines(text: string): string {
  return replaceUnseen(text, character => (character === '\n' || character === '\t' ? character : ''))
}

/** One visible line of at most `length` UTF-16 units. */
export function inertLine(text: string, length: number): string {
  // The first cut keeps a huge text from being worked on.
  const line = replaceUnseen(text.slice(0, length * 4), () => ' ')
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
