/** How the parts of a story are laid out: who reads, when, and in how many columns. */
import type { Clock } from '../terminal/clock.ts'
import type { Paint, Tone } from '../terminal/paint.ts'
import { padEnd, wrap } from '../terminal/width.ts'

export interface Page {
  paint: Paint
  width: number
}

export interface View extends Page {
  clock: Clock
  now: number
}

/** A heading and what stands under it; nothing when there is nothing. */
export function section(title: string, lines: readonly string[], { paint }: Page): string[] {
  return lines.length === 0 ? [] : ['', paint.strong(title.toUpperCase()), ...lines]
}

/** `  03:02:11  text`, wrapped under itself. */
export function timed(at: string, text: string, tone: Tone, view: View, indent = 2): string[] {
  const lead = `${' '.repeat(indent)}${view.paint.quiet(at)}  `
  return hanging(lead, indent + at.length + 2, text, tone, view)
}

/** A coloured lead of a known width, then a text that wraps in the room beside it. */
export function hanging(lead: string, leadWidth: number, text: string, tone: Tone, view: Page): string[] {
  const [first = '', ...others] = wrap(text, view.width - leadWidth)
  const paint = view.paint[tone]
  return [lead + paint(first), ...others.map(line => ' '.repeat(leadWidth) + paint(line))]
}

/** `    label     text`, for facts in a column. */
export function fact(label: string, text: string, view: View, tone: Tone = 'plain'): string[] {
  const lead = `    ${view.paint.quiet(padEnd(label, 9))} `
  return hanging(lead, 14, text, tone, view)
}

/** A command on a line of its own, never wrapped: it must survive copying. */
export function command(text: string, view: View, label = ''): string {
  const lead = label === '' ? '  ' : `  ${padEnd(label, 10)} `
  return lead + view.paint.command(`npx paramedic ${text}`)
}
