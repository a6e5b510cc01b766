/** How many columns of a terminal a text takes. */

const combining = /^(?:\p{M}|[\u200c\u200d]|[\ufe0e\ufe0f])$/u
/** East Asian wide and full-width characters (UAX #11) and emoji that are drawn as pictures. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u

export function widthOfText(text: string): number {
  let width = 0
  for (const character of text) width += widthOfCharacter(character)
  return width
}

export function widthOfCharacter(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (combining.test(character)) return 0
  return wide.test(character) ? 2 : 1
}
