import { expect, test } from 'vitest'
import type { RunbookInForce } from '../../contracts/runbook-registry.ts'
import { readRunbookFile, settleRunbooks } from '../../language/settle-runbooks.ts'
import { faultyRunbook, smallRunbook } from '../support/small-runbooks.ts'

type Files = Record<string, string>

const [good, better] = [smallRunbook('queue'), smallRunbook('queue', { title: 'Better' })]
const base: Files = { 'default.yaml': smallRunbook('default'), 'queue.yaml': good }

function settle(files: Files, before: Files = {}) {
  const now = Object.entries(before).map(([file, source]) => inForce(file, source))
  const settled = settleRunbooks(
    Object.entries(files).map(([file, source]) => readRunbookFile(file, source)),
    now,
  )
  return {
    /** Title and file by name. */
    inForce: Object.fromEntries(
      settled.inForce.map(({ file, runbook }) => [runbook.name, `${runbook.title} in ${file}`]),
    ),
    heldBack: Object.fromEntries(settled.heldBack.map(({ file, keeps }) => [file, keeps ?? null])),
    told: settled.heldBack.map(({ told }) => told).join('\n'),
  }
}

function inForce(file: string, source: string): RunbookInForce {
  const { parsed } = readRunbookFile(file, source)
  if ('faults' in parsed) throw new Error(parsed.faults[0]!.message)
  const { runbook, hash } = parsed
  return {
    file,
    source,
    runbook,
    hash,
    name: runbook.name,
    since: '2026-03-01T10:00:00.000Z',
    way: 'start',
    by: 'x',
  }
}

const both = { default: 'default in default.yaml', queue: 'queue in queue.yaml' }

test.each<[string, Files, Files, Record<string, string>, Record<string, string | null>]>([
  ['all that is good is in force', base, {}, both, {}],
  [
    'a newer version replaces the older',
    { ...base, 'queue.yaml': better },
    base,
    { ...both, queue: 'Better in queue.yaml' },
    {},
  ],
  [
    'what no file says any more is taken out',
    { 'default.yaml': base['default.yaml']! },
    base,
    { default: both.default },
    {},
  ],
  [
    'a faulty file keeps its last good version',
    { ...base, 'queue.yaml': faultyRunbook('queue') },
    base,
    both,
    { 'queue.yaml': 'queue' },
  ],
  [
    'a file that is no YAML any more does too',
    { ...base, 'queue.yaml': 'metadata: {' },
    base,
    both,
    { 'queue.yaml': 'queue' },
  ],
  [
    'a faulty file that was moved keeps it by its name',
    { 'default.yaml': base['default.yaml']!, 'shop/queue.yaml': faultyRunbook('queue') },
    base,
    both,
    { 'shop/queue.yaml': 'queue' },
  ],
  [
    'a faulty file that takes another name takes neither runbook out',
    { 'default.yaml': base['default.yaml']!, 'queue.yaml': faultyRunbook('cache') },
    { ...base, 'cache.yaml': smallRunbook('cache') },
    { ...both, cache: 'cache in cache.yaml' },
    { 'queue.yaml': 'queue' },
  ],
  [
    'while nobody can tell which runbook a known file is, nothing is taken out either',
    { 'default.yaml': base['default.yaml']!, 'queue.yaml': 'metadata: {' },
    { ...base, 'cache.yaml': smallRunbook('cache') },
    { ...both, cache: 'cache in cache.yaml' },
    { 'queue.yaml': 'queue' },
  ],
  [
    'while nobody can tell which runbook a file is, nothing is taken out',
    { 'default.yaml': base['default.yaml']!, 'shop/queue.yaml': 'metadata: {' },
    base,
    both,
    { 'shop/queue.yaml': null },
  ],
  [
    'a file that was never good is left out',
    { ...base, 'cache.yaml': faultyRunbook('cache') },
    base,
    both,
    { 'cache.yaml': null },
  ],
  [
    'a good file takes the name of a faulty one',
    { ...base, 'queue.yaml': faultyRunbook('queue'), 'shop/queue.yaml': better },
    base,
    { ...both, queue: 'Better in shop/queue.yaml' },
    { 'queue.yaml': 'queue' },
  ],
  [
    'of two files of one name the new one is held back, wherever it stands',
    { ...base, 'a.yaml': better },
    base,
    both,
    { 'a.yaml': 'queue' },
  ],
  [
    'of two new files of one name the later is held back',
    { ...base, 'b.yaml': smallRunbook('cache'), 'a.yaml': smallRunbook('cache') },
    base,
    { ...both, cache: 'cache in a.yaml' },
    { 'b.yaml': null },
  ],
  [
    'of two that take the same alert the changed one is held back',
    { ...base, 'cache.yaml': smallRunbook('cache', { alert: 'queue' }) },
    { ...base, 'cache.yaml': smallRunbook('cache') },
    { ...both, cache: 'cache in cache.yaml' },
    { 'cache.yaml': 'cache' },
  ],
  [
    'what only goes together with a faulty file is held back with it',
    {
      ...base,
      'queue.yaml': `${smallRunbook('queue', { alert: 'other' })}verfy: 1\n`,
      'cache.yaml': smallRunbook('cache', { alert: 'queue' }),
    },
    { ...base, 'cache.yaml': smallRunbook('cache') },
    { ...both, cache: 'cache in cache.yaml' },
    { 'queue.yaml': 'queue', 'cache.yaml': 'cache' },
  ],
  ['default is never taken out', { 'queue.yaml': good }, base, both, { '.': null }],
])('%s', (_, files, before, expected, heldBack) => {
  const settled = settle(files, before)
  expect(settled.inForce).toEqual(expected)
  expect(settled.heldBack).toEqual(heldBack)
})

test('faults are told with line and column', () => {
  expect(settle({ ...base, 'queue.yaml': faultyRunbook('queue') }, base).told).toContain(
    'queue.yaml:8:1 unknown key `verfy`',
  )
})

test('without any default it is said that there is none', () => {
  expect(settle({ 'queue.yaml': good }).told).toContain('no file holds the runbook `default`')
})
