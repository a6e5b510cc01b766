/** Text of a target (application names, keys, answers) is untrusted: it goes to approvers, timelines and terminals. */

// Control characters (C0, DEL, C1), bidirectional overrides and isolates (CVE-2021-42574), zero-width characters, line
// separators, the byte-order mark: each can make one text look like another or move a terminal's cursor.
const invisible = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Untrusted text as one short visible line: control and bidirectional characters become `?`, the rest is clipped. */
export function printable(text: string, maxCharacters: number): string {
  const visible = text.toWellFormed().replace(invisible, '?')
  // By code point, so that no surrogate pair is cut in two. The slice keeps a huge answer from being taken apart.
  const characters = Array.from(visible.slice(0, (maxCharacters + 1) * 2))
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : visible
}
