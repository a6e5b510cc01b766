/** A word as it has to be typed in a shell, so that a command that is shown can be copied. */
export function asTyped(word: string): string {
  return /^[\w./:@+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
