import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import type { Runbook } from '../../contracts/runbook.ts'
import type { Fault } from '../../language/fault.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import { parseDrills } from '../../language/parse-drill.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

const runbook = readFileSync(new URL('../../runbooks/shop/pool-exhausted.yaml', import.meta.url), 'utf8')
const configuration = `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:TOKEN}' }
targets:
  - { name: db, kind: postgres, environment: production, system: shop, role: db, connection: { url: 'postgres://a:\${env:P}@h/d' } }
principals:
  - { name: mia, roles: [approver], token: '\${file:/run/mia}' }
`
const broken = new URL('broken-drills/', import.meta.url)
const drills = readFileSync(new URL('sound.yaml', broken), 'utf8')
const rehearsed = soundRunbook(readFileSync(new URL('runbook.yaml', broken), 'utf8'))
const parsers = {
  runbook: { text: runbook, parse: (text: string): Answer => parseRunbook(text, 'x.yaml') },
  drill: { text: drills, parse: (text: string): Answer => parseDrills(text, 'x.drill.yaml', rehearsed) },
  configuration: {
    text: configuration,
    parse: (text: string): Answer => parseConfiguration(text, 'x.yaml', () => 'x'.repeat(30)),
  },
}

/** Of processor time, because other tests share the machine. */
const quickMs = 1_000
const runs = 500
const tooDeep = 'the file is nested more than 50 deep'

const tokens = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '\n',
  '\t',
  '&a ',
  '*a',
  '!!',
  '|',
  '>',
  '"',
  "'",
  '#',
  '<<: ',
  '---\n',
  '${',
  '{{',
  '\u0000',
  '\ufeff',
  '😀',
]
const nasty = fc.oneof(
  fc.constantFrom(...tokens),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('null', '1', 'true', '~', '[]', '{}'),
)

describe.each(Object.entries(parsers))('%s', (_, { text, parse }) => {
  const mutation = fc.record({ at: fc.nat(text.length), remove: fc.nat(30), insert: nasty })

  test('mutated text is parsed or refused, quickly and without an exception', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), mutations => {
        const mutated = mutations.reduce(
          (so, { at, remove, insert }) => so.slice(0, at) + insert + so.slice(at + remove),
          text,
        )
        expectQuickAnswer(() => parse(mutated), mutated)
      }),
      { numRuns: runs },
    )
  })

  test('any value in any place is parsed or refused', () => {
    const lines = text.split('\n')
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.jsonValue({ maxDepth: 3 }), (at, value) => {
        const replaced = lines.map((line, index) =>
          index === at ? line.replace(/: .*/, () => `: ${JSON.stringify(value)}`) : line,
        )
        expectQuickAnswer(() => parse(replaced.join('\n')), replaced.join('\n'))
      }),
      { numRuns: runs },
    )
  })

  test.each([
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${aliases('bcdefghi')}`,
      'the file uses more than 10 aliases',
    ],
    ['many aliases of one', `a: &a x\nb: [${'*a,'.repeat(900)}]`, 'the file uses more than 10 aliases'],
    ['an alias of itself', 'a: &a [*a]', 'an alias stands inside what it repeats'],
    ['two aliases of themselves', 'a: &a [*a, *a, &b [*b, *a]]', 'an alias stands inside what it repeats'],
    ['lists in lists', '['.repeat(100_000), tooDeep],
    ['closed lists in lists', '['.repeat(60) + ']'.repeat(60), tooDeep],
    ['maps in maps', '{a: '.repeat(20_000), tooDeep],
    ['dashes', '- '.repeat(50_000), tooDeep],
    ['many keys', keys(10_000), 'a list or mapping may have at most 1000 entries'],
    ['as many keys as allowed', keys(1_000), 'unknown key `k0`'],
    ['many conditions', `mitigate:\n${'- {when: "a"}\n'.repeat(1_000)}`, '`apiVersion` is required'],
    ['one long line', 'a: ' + 'x '.repeat(100_000), '`apiVersion` is required'],
    ['one long word', 'a: ' + 'x'.repeat(250_000), '`apiVersion` is required'],
    ['addresses without an end', 'a: "x://[' + ':'.repeat(250_000) + '"', '`apiVersion` is required'],
    ['addresses that begin again', 'a: ' + 'x.'.repeat(125_000), '`apiVersion` is required'],
    ['tokens that begin again', 'a: ' + 'eyJ-'.repeat(62_000), '`apiVersion` is required'],
    ['severities with many ways', severities(50), '`apiVersion` is required'],
    ['levels with long loops', levels(20), '`apiVersion` is required'],
    ['more than the limit', 'x'.repeat(limits.runbookBytes + 1), 'the file is larger than 256 KiB'],
  ])('%s: refused in time', (_, bomb, message) => {
    const faults = expectQuickAnswer(() => parse(bomb), bomb.slice(0, 100))
    expect(faults.map(fault => fault.message)).toContain(message)
    if (message.startsWith('the file')) expect(faults).toHaveLength(1)
  })
})

/** As many ways as are held against each other, none of which implies another. */
function severities(count: number): string {
  const five = (variable: string, from: number): string =>
    `(${[0, 1, 2, 3, 4].map(way => `alert.labels.${variable} == "${from * 5 + way}"`).join(' || ')})`
  const rules = Array.from({ length: count }, (_, rule) => `${five('a', rule)} && ${five('b', rule)}`)
  return `triage:\n  severity:\n${rules.map(when => `  - { is: SEV1, when: '${when}' }\n`).join('')}  - { is: SEV2 }\n`
}

function levels(count: number): string {
  const list = `[${Array<string>(90).fill('1').join(', ')}]`
  const when = `${list}.all(x, ${Array<string>(60).fill('x == 1').join(' && ')}) && incident.severity == "x"`
  return `escalate:\n${`- { after: 1m, page: [a], when: '${when}' }\n`.repeat(count)}`
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}:`).join('\n')
}

function aliases(names: string): string {
  return names
    .split('')
    .map(name => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]`)
    .join('\n')
}

function soundRunbook(text: string): Runbook {
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}

type Answer = { faults: Fault[] } | object

function expectQuickAnswer(parse: () => Answer, text: string): Fault[] {
  const start = process.cpuUsage()
  const answer = parse()
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1_000, `too slow: ${JSON.stringify(text)}`).toBeLessThan(quickMs)
  const faults = 'faults' in answer ? answer.faults : []
  for (const { line, column } of faults) {
    expect(line).toBeGreaterThan(0)
    expect(column).toBeGreaterThan(0)
  }
  return faults
}
