import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { flowchartOf } from '../../../cli/explain/flowchart.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { writtenRunbook } from '../../../language/written-runbook.ts'

const shipped = readFileSync('runbooks/shop/pool-exhausted.yaml', 'utf8')
const level = `  - { after: 45m, when: 'incident.severity == "SEV2"', for: 5m, page: [lead] }\n`
const rule = `    - { is: SEV1, when: checks.pool.value > 0.99, for: 3m }\n`
const text = shipped.replace('  severity:\n', `  recheck: 1m\n  severity:\n${rule}`).replace(
  /(escalate:\n(?: {2}- .*\n)+)/,
  (_, levels: string) =>
    // In the order of time.
    [...levels.trimEnd().split('\n'), level.trimEnd()].toSorted(byAfter).join('\n') + '\n',
)

function byAfter(a: string, b: string): number {
  const minutes = (line: string): number => Number(/after: (\d+)/.exec(line)?.[1] ?? -1)
  return minutes(a) - minutes(b)
}

const runbook = parsed(text)

function parsed(written: string): Runbook {
  const read = parseRunbook(written, 'x.yaml')
  if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '))
  return read.runbook
}

it('is written, normalised and written again without a loss', () => {
  expect(runbook.triage).toMatchObject({ recheckMs: 60_000 })
  expect(parsed(stringify(writtenRunbook(runbook)))).toStrictEqual(runbook)
})

it('is explained and drawn', () => {
  const told = tellChapters(chaptersOf(runbook), { paint: createPaint(false), width: 100 })
    .join(' ')
    .replace(/\s+/g, ' ')
  expect(told).toContain('While the incident is open it is measured again every minute')
  expect(told).toContain('SEV1 when this has held for 3 minutes checks.pool.value > 0.99')
  expect(told).toContain('After 45 minutes: lead, if this has held for 5 minutes incident.severity == "SEV2"')
  const drawn = flowchartOf(runbook)
  expect(drawn).toContain('for 3 minutes')
  expect(drawn).toContain('for 5 minutes')
})

it.each<[string, string, string, string, string]>([
  [
    'no look any more',
    'recheck: 1m',
    '',
    'loosens',
    'While the incident is open it is not measured again; before, measured again every minute',
  ],
  ['more looks', 'recheck: 1m', 'recheck: 30s', 'tightens', 'measured again every 30 seconds'],
  [
    'a severity that comes sooner',
    'for: 3m',
    'for: 2m',
    'tightens',
    'SEV1 when its condition has held for 2 minutes',
  ],
  ['a call that comes later', 'for: 5m', 'for: 9m', 'loosens', 'when its condition has held for 9 minutes'],
])('is compared by %s', (_, from, to, effect, says) => {
  const after =
    from === 'recheck: 1m' && to === ''
      ? parsed(text.replace(from, '').replace(', for: 3m', ''))
      : parsed(text.replace(from, to))
  const changes = compareRunbooks(runbook, after)
  expect(changes.find(({ text: told }) => told.includes(says))).toMatchObject({ effect })
})
