/** Offsets of a text as lines and columns, both from 1; columns in UTF-16 units. */
interface LinePosition {
  line: number
  column: number
}

/**
 * Reads the text itself. The YAML library's own counter hears of lines from the parser, twice and out of order once the text
 * is broken, and then points anywhere.
 */
export function createLinePositions(text: string): (offset: number) => LinePosition {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  return offset => {
    const inside = Math.min(Math.max(0, offset), text.length)
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (starts[middle]! <= inside) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: inside - starts[low]! + 1 }
  }
}
