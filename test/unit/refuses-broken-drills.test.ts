import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Runbook } from '../../contracts/runbook.ts'
import { formatFault } from '../../language/format-fault.ts'
import { parseDrills } from '../../language/parse-drill.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'

/** Each NAME.yaml has something wrong; NAME.txt beside it is all that its author is told, to the letter. */
const folder = new URL('broken-drills/', import.meta.url)
const named = (ending: string): string[] =>
  globSync(`*/*${ending}`, { cwd: folder })
    .map(file => file.slice(0, -ending.length))
    .sort()
const broken = named('.yaml')
const runbook = runbookIn(read('runbook.yaml'))

describe('a broken drill is refused with line, column and the nearest known name', () => {
  test('the sound one is accepted', () => {
    expect(said('sound.yaml')).toBe('')
  })

  test('each has its text beside it', () => {
    expect(named('.txt')).toEqual(broken)
  })

  test.each(broken)('%s', name => {
    expect(said(`${name}.yaml`)).toBe(read(`${name}.txt`))
  })

  test('what may be meant is no fault', () => {
    const warned = broken.filter(name => !('faults' in parseDrills(read(`${name}.yaml`), 'x', runbook)))
    expect(warned).toEqual(broken.filter(name => name.startsWith('warnings/')))
  })
})

test('without its runbook only the form is looked at', () => {
  const parsed = parseDrills(read('given/a-check-that-is-none.yaml'), 'x.drill.yaml')
  expect(parsed).toMatchObject({ runbook: 'pool', warnings: [] })
})

test('an effect is expected with the parameters as the action takes them', () => {
  const parsed = parseDrills(read('sound.yaml'), 'x.drill.yaml', runbook)
  expect(parsed).toHaveProperty('drills.0.expect.effects.end-idle.with', { idle_longer_than: 600_000 })
})

const messagesOf = (text: string, of = runbook): string[] => {
  const parsed = parseDrills(text, 'x.drill.yaml', of)
  return 'faults' in parsed ? parsed.faults.map(({ line, message }) => `${line} ${message}`) : []
}

test('what holds in all drills is told once', () => {
  const text = read('given/a-role-that-is-none.yaml')
  expect(messagesOf(`${text}  another:\n    expect: {}\n`)).toEqual(['6 the runbook has no role `edge`'])
})

test('an alert that has no sound form is not held against `match` as well', () => {
  const text = read('sound.yaml').replace('system: shop', 'system: [shop]')
  expect(messagesOf(text)).toEqual(['5 `system` must be text, not a list'])
})

test('of several ways to fulfil `match`, what is missing for the nearest is told', () => {
  const either = read('runbook.yaml').replace(
    /^match: .*$/m,
    'match: (alert.labels.alertname == "A" && alert.labels.team == "a") || (alert.labels.system == "shop" && alert.labels.pod == "b")',
  )
  expect(messagesOf(read('sound.yaml'), runbookIn(either))).toEqual([
    '5 `match` asks for alert.labels.pod == "b", and the alert has no such label',
  ])
})

test('a routine has no alert', () => {
  const routine = read('runbook.yaml').replace(
    /^match: .*$/m,
    "schedule: { cron: '0 2 * * mon', zone: UTC, window: 1h, system: shop, environment: production }",
  )
  const text = read('sound.yaml').replace('who: ana, does: acknowledge', 'alert: resolves')
  expect(messagesOf(text, runbookIn(routine))).toEqual([
    '5 the runbook is a routine: it begins at its times, and no alert opens it',
    '23 the runbook is a routine: no alert belongs to it',
  ])
})

function said(file: string): string {
  const text = read(file)
  const parsed = parseDrills(text, basename(file), runbook)
  const faults = 'faults' in parsed ? parsed.faults : parsed.warnings
  return faults.map(fault => `${formatFault(fault, text)}\n`).join('\n')
}

function runbookIn(text: string): Runbook {
  const parsed = parseRunbook(text, 'runbook.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}
