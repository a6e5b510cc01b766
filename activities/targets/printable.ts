/** Text of a target (application names, keys, answers) is untrusted: it goes to approvers, timelines and terminals. */

// C0, DEL, C1, the bidirectional overrides and isolates (CVE-2021-42574), zero-width characters, line separators and
// the byte-order mark: all of them can make one text look like another or move a terminal's cursor.
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Untrusted text as one short visible line: control and bidirectional characters become `?`, the rest is clipped. */
export function printable(text: string, maxCharacters: number): string {
  const visible = text.toWellFormed().replace(invisible, '?')
  // By code point, so that no surrogate pair is cut in two. The slice keeps a huge answer from being spread.
  const characters = [...visible.slice(0, (maxCharacters + 1) * 2)]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : visible
}
