import { expect, test } from 'vitest'
import { widthOfText } from '../../contracts/text-width.ts'
import { formatFault } from '../../language/format-fault.ts'

const fault = {
  file: 'x.yaml',
  line: 2,
  column: 7,
  code: 'shape' as const,
  message: '`kind` must be Runbook',
  hint: 'did you mean `Runbook`?',
}

test('a fault shows its line with a caret and what to do', () => {
  expect(formatFault(fault, 'a: 1\nkind: Runbok\n')).toBe(
    [
      'x.yaml:2:7 `kind` must be Runbook',
      '  2 | kind: Runbok',
      '    |       ^',
      '  hint: did you mean `Runbook`?',
    ].join('\n'),
  )
})

test.each([
  ['the text is unknown', undefined, fault],
  ['the file is shorter', 'a: 1', fault],
  ['the line holds a credential', 'a: 1\nkind: Runbok', { ...fault, isLineSecret: true as const }],
])('the line is left out when %s', (_, text, given) => {
  expect(formatFault(given, text)).toBe('x.yaml:2:7 `kind` must be Runbook\n  hint: did you mean `Runbook`?')
})

test('the caret stands under its column behind tabs and in a long line', () => {
  const long = `${' '.repeat(500)}x: here${' '.repeat(500)}`
  const lines = formatFault({ ...fault, line: 1, column: 504 }, long).split('\n')
  expect(lines[1]?.length).toBeLessThan(180)
  expect(lines[1]?.[lines[2]?.indexOf('^') ?? 0]).toBe('h')
  expect(formatFault({ ...fault, line: 1, column: 3 }, '\t\tx').split('\n')[2]).toBe('    | \t\t^')
})

test('control characters of the file do not reach the terminal', () => {
  const shown = formatFault({ ...fault, line: 1 }, 'a: \u001b[31m\u202e')
  expect(shown).toContain('  1 | a: \ufffd[31m\ufffd')
})

test('what nobody would see in the line is shown, and the caret still stands below its column', () => {
  const [, shown, caret] = formatFault({ ...fault, line: 1, column: 8 }, 'a\u200b: \u{e0041}\u00adb').split(
    '\n',
  )
  expect(shown).toBe('  1 | a\ufffd: \ufffd\ufffd\ufffdb')
  expect(shown?.[caret?.indexOf('^') ?? 0]).toBe('b')
})

test.each([
  ['ideographs', 'title: 接続プール, kind: x'],
  ['pictures', 'title: 🔥🔥 pool, kind: x'],
  ['accents of their own', 'title: Cafe\u0301, kind: x'],
  ['tabs', 'title:\tpool,\tkind: x'],
])('the caret stands below its column behind %s', (_, line) => {
  const column = line.indexOf('kind') + 1
  const [, shown = '', caret = ''] = formatFault({ ...fault, line: 1, column }, line).split('\n')
  const onTerminal = (text: string): number => widthOfText(text.replaceAll('\t', ' '.repeat(8)))
  expect(onTerminal(caret.slice(0, caret.indexOf('^')))).toBe(
    onTerminal(shown.slice(0, shown.indexOf('kind'))),
  )
})
