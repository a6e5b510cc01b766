/** Text from outside, made safe to keep: nothing is refused for its content, and what is changed shows it. */

/**
 * Replaces what PostgreSQL and UTF-8 cannot hold by U+FFFD: NUL (text and jsonb refuse it, SQLSTATE 22P05: a classic
 * way to lose an alert) and halves of surrogate pairs.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed()
}

/** Cuts a text to at most `length` UTF-16 units, the marker included; the whole stays in the delivery's body. */
export function cutTo(length: number, text: string): string {
  if (text.length <= length) return text
  const marker = `… [cut from ${text.length} characters]`
  return text.slice(0, length - marker.length).toWellFormed() + marker
}
