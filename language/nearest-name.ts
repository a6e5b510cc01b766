/**
 * Finds the known name somebody most likely meant, for "did you mean" hints.
 * Undefined when nothing is close or two names are equally close: a wrong guess costs the reader more than none. At most so many
 * letters are wrong, whatever its length.
 */
export function nearestName(
  written: string,
  known: Iterable<string>,
  lettersWrong = Infinity,
): string | undefined {
  // A third of the letters wrong is a typing mistake; more is another word.
  let closest = Math.min(Math.max(1, Math.floor(written.length / 3)), lettersWrong) + 1
  let nearest: string | undefined
  for (const name of known) {
    if (Math.abs(name.length - written.length) > closest) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    if (distance === closest) nearest = undefined
    if (distance < closest) [closest, nearest] = [distance, name]
  }
  return nearest
}

/** Gives the sentence "did you mean `x`?", or the list of what is known when nothing is close. */
export function nameHint(written: string, known: readonly string[]): string | undefined {
  const nearest = nearestName(written, known)
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`
  return known.length > 0 ? `known: ${known.join(', ')}` : undefined
}

/** Optimal string alignment: a swap of two neighbours counts one, the commonest typing mistake. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const inserted = (current[column - 1] ?? 0) + 1
      const removed = (last[column] ?? 0) + 1
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Infinity
      current.push(Math.min(replaced, inserted, removed, swapped))
    }
    beforeLast = last
    last = current
  }
  return last[b.length] ?? 0
}
