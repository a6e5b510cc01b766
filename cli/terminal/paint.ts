/** One colour a meaning. Everything is still understood without any. */
export interface Paint {
  /** Headings and what the eye should find first. */
  strong(text: string): string
  /** Times, ids, what is only there for completeness. */
  quiet(text: string): string
  /** Recovered, done, allowed. */
  good(text: string): string
  /** Firing, failed, not recovered. */
  bad(text: string): string
  /** Somebody has to look at this. */
  attention(text: string): string
  /** Something to type. */
  command(text: string): string
  plain(text: string): string
}

export type Tone = keyof Paint

/** SGR parameters: on and off (ECMA-48, 8.3.117); only the sixteen colours that every theme defines. */
const codes = {
  strong: [1, 22],
  quiet: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  attention: [33, 39],
  command: [36, 39],
} as const satisfies Record<Exclude<Tone, 'plain'>, readonly [number, number]>

export function createPaint(hasColour: boolean): Paint {
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string): string =>
      hasColour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return {
    strong: paint(codes.strong),
    quiet: paint(codes.quiet),
    good: paint(codes.good),
    bad: paint(codes.bad),
    attention: paint(codes.attention),
    command: paint(codes.command),
    plain: text => text,
  }
}
