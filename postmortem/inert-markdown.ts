/**
 * Somebody else's text as data inside Markdown. Alert texts and notes come from outside: none of it may become a heading, a
 * link, a mention, HTML, or a line of ours, whatever renders the document.
 */
import { inertLine, inertLines } from '../contracts/inert-text.ts'

/** A value on record is shown; a page of one value is not. The JSON has all of it. */
const shownAtMost = 1_000

/** One visible line. */
export function oneLine(text: string): string {
  return inertLine(text, shownAtMost)
}

/** A code span that the text cannot leave (CommonMark 6.1): its fence is longer than any run of backticks inside. */
export function code(text: string): string {
  const line = oneLine(text)
  if (line === '') return '(empty)'
  const runs = Array.from(line.matchAll(/`+/g), ([run]) => run.length)
  const fence = '`'.repeat(Math.max(0, ...runs) + 1)
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return fence + gap + line + gap + fence
}

/** One line of people's own words: every character that could mean something is escaped (CommonMark 2.4). */
export function words(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]()#+.!|~$:@-]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/**
 * A section that a person wrote in Markdown: it stays Markdown, without HTML, without headings that would look like ours, and
 * every code block ends with it. In code a `<` before a letter is shown as `&lt;`; the JSON has the text as it was written.
 */
export function section(text: string): string {
  const lines = inertLines(text.replace(/\r\n?/g, '\n'))
    .replace(/<(?=[A-Za-z/!?])/g, '&lt;')
    .trim()
    .split('\n')
  let fence = ''
  const inert = lines.map(line => {
    const [, marks = '', rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (fence !== '') {
      if (marks.startsWith(fence) && rest.trim() === '') fence = ''
      return line
    }
    if (marks !== '' && !(marks.startsWith('`') && rest.includes('`'))) fence = marks
    return fence === '' ? withoutHeading(line) : line
  })
  return (fence === '' ? inert : [...inert, fence]).join('\n')
}

/** `# `, `## `, and the underlines that make a heading of the line above (CommonMark 4.2, 4.3). */
function withoutHeading(line: string): string {
  return line.replace(/^( {0,3})(#{1,2}(?=\s|$)|(?:=+|-+)(?=\s*$))/, String.raw`$1\$2`)
}
