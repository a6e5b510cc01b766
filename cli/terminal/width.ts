/** How many columns a text takes on a terminal, and fitting it into fewer. */
import { widthOfCharacter, widthOfText } from '../../contracts/text-width.ts'

/** What our own colours add takes no room. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const colours = /\u001b\[[0-9;]*m/g
export function widthOf(text: string): number {
  return widthOfText(text.replace(colours, ''))
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text
}

/** Shortens an uncoloured text to a width, with an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > width) break
    kept += character
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`
}

/** Breaks an uncoloured text at spaces that may break; words longer than a line are cut. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(10, width)
  const lines: string[] = []
  let line = ''
  const words = text.split(/[^\S\u00a0]+/).filter(word => word !== '')
  for (const word of words.flatMap(word => pieces(word.replaceAll('\u00a0', ' '), room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= room) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

function pieces(word: string, room: number): string[] {
  if (widthOf(word) <= room) return [word]
  const cut: string[] = []
  let piece = ''
  for (const character of word) {
    if (widthOf(piece + character) > room) {
      cut.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...cut, piece]
}
