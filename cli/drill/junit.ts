/** A run as JUnit XML, which most CI systems read: a suite a runbook, a case a drill. */
import { type DrillResult, isAsExpected } from '../../drills/result.ts'
import { createPaint } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { sourceOf } from './place.ts'
import type { Run } from './run-lines.ts'
import { sideBySide } from './side-by-side.ts'

/** As wide as a log of CI shows it. */
const page = { paint: createPaint(false), width: 100 }

/** What https://github.com/testmoapp/junitxml describes, and nothing beyond it. */
export function junitXml({ results, tookMs }: Run): string {
  const suites = Map.groupBy(results, ({ runbook }) => runbook.name)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'paramedic drill run', ...counts(results), time: seconds(tookMs) })}>`,
    ...[...suites].flatMap(([runbook, drills]) => suite(runbook, drills)),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(runbook: string, drills: readonly DrillResult[]): string[] {
  const time = seconds(drills.reduce((sum, { tookMs }) => sum + tookMs, 0))
  return [
    `  <testsuite${attributes({ name: runbook, ...counts(drills), time })}>`,
    ...drills.flatMap(testcase),
    '  </testsuite>',
  ]
}

function counts(results: readonly DrillResult[]): Record<string, number> {
  const errors = results.filter(({ failure }) => failure !== undefined).length
  const failures = results.filter(result => !isAsExpected(result)).length - errors
  return { tests: results.length, failures, errors }
}

function testcase(result: DrillResult): string[] {
  const { drill, runbook, file, tookMs } = result
  const named = attributes({
    name: drill.name,
    classname: runbook.name,
    ...(file === undefined ? {} : { file }),
  })
  const opening = `    <testcase${named}${attributes({ time: seconds(tookMs) })}`
  if (isAsExpected(result)) return [`${opening}/>`]
  const [kind, message] =
    result.failure === undefined
      ? (['failure', result.differences[0]?.wrong ?? ''] as const)
      : (['error', result.failure] as const)
  const type = kind === 'failure' ? 'otherwise' : 'not-run'
  const text = [sourceOf(result), ...sideBySide(result, page)].map(line => escaped(line)).join('\n')
  return [
    `${opening}>`,
    `      <${kind}${attributes({ type, message: oneLine(message) })}>${text}</${kind}>`,
    '    </testcase>',
  ]
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(oneLine(String(value)))}"`)
    .join('')
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

/** Not of the characters of XML 1.0 (https://www.w3.org/TR/xml/#charsets): they may not even be escaped. */
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(forbidden, '')
    .replace(/[&<>"']/g, character => entities[character] ?? character)
}
