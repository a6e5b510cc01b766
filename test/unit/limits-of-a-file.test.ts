import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { parseYamlSource } from '../../language/yaml-source.ts'
import { most } from '../../language/yaml-rules.ts'

const list = (item: string, count: number): string => `[${Array<string>(count).fill(item).join(', ')}]`
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const indented = (depth: number): string =>
  Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`).join('\n')

/** What is taken up to its limit, and refused one beyond: the work that a file may cause has a bound that no clock is needed to see. */
test.each([
  [
    'bytes',
    limits.runbookBytes,
    (bytes: number) => 'a: ' + 'x'.repeat(bytes - 3),
    'the file is larger than 256 KiB',
  ],
  [
    'bytes, not characters',
    limits.runbookBytes / 2,
    (pairs: number) => '#' + 'é'.repeat(pairs - 1),
    undefined,
  ],
  [
    'aliases',
    most.aliases,
    (count: number) => `a: &a x\nb: ${list('*a', count)}`,
    'the file uses more than 10 aliases',
  ],
  ['brackets in brackets', most.depth, nested, 'the file is nested more than 50 deep'],
  ['blocks in blocks', most.depth, indented, 'the file is nested more than 50 deep'],
  [
    'entries',
    most.entries,
    (count: number) => `a: ${list('x', count)}`,
    'a list or mapping may have at most 1000 entries',
  ],
])('%s: %i are taken and no more', (_, limit, write, message) => {
  expect(parseYamlSource(write(limit), 'x.yaml')).toHaveProperty('source')
  const beyond = parseYamlSource(write(limit + 1), 'x.yaml')
  expect('faults' in beyond ? beyond.faults[0] : undefined).toMatchObject({
    code: 'yaml',
    message: message ?? 'the file is larger than 256 KiB',
  })
})

/** Of processor time of this thread, because other tests share the machine; measured 0.8 s. */
test('two hundred runbooks are linted within two seconds', () => {
  const text = readFileSync(new URL('../../runbooks/shop/pool-exhausted.yaml', import.meta.url), 'utf8')
  const before = process.threadCpuUsage()
  for (let count = 0; count < 200; count++) parseRunbook(text, 'x.yaml')
  const { user, system } = process.threadCpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(2_000)
})
