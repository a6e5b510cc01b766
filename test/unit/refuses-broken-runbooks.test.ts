import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Configured, configuredIn } from '../../language/configured.ts'
import { formatFault } from '../../language/format-fault.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import type { Reference } from '../../language/references.ts'

/** Each NAME.yaml has something wrong; NAME.txt beside it is all that its author is told, to the letter. */
const folder = new URL('broken-runbooks/', import.meta.url)
const named = (ending: string): string[] =>
  globSync(`*/*${ending}`, { cwd: folder })
    .map(file => file.slice(0, -ending.length))
    .sort()
const broken = named('.yaml')
const configured = configuredIn(parse(read('paramedic.yaml')))

describe('a broken runbook is refused with line, column and the nearest known name', () => {
  test('the sound one is accepted, here and where it is configured', () => {
    expect(said('sound.yaml')).toBe('')
    expect(said('sound.yaml', configured)).toBe('')
  })

  test('the configuration is one', () => {
    const parsed = parseConfiguration(read('paramedic.yaml'), 'paramedic.yaml', valueOf)
    expect(parsed).not.toHaveProperty('faults')
  })

  test('a step without a gate on a target that asks for one, and nobody who may answer', () => {
    const text = read('sound.yaml').replace(/ +gate: .*\n/, '')
    const principals = configured.principals.filter(({ name }) => name !== 'mia')
    const messages = (against: Configured): string[] => {
      const parsed = parseRunbook(text, 'x.yaml', against)
      return 'faults' in parsed ? parsed.faults.map(({ line, message }) => `${line} ${message}`) : []
    }
    expect(messages(configured)).toEqual([])
    expect(messages({ ...configured, principals })).toEqual([
      '16 nobody may allow this step: `shop-db` is in `propose`, and no principal has the role `approver`',
    ])
  })

  test('a page for a function that nobody has, where no contact is configured, is warned of', () => {
    const text = read('sound.yaml').replace('page: [on-call] }', 'page: [on-cal, sre] }')
    const parsed = parseRunbook(text, 'x.yaml', { ...configured, contacts: [] })
    expect(parsed).toMatchObject({
      warnings: [{ message: 'no principal has the function `on-cal`', hint: 'did you mean `on-call`?' }],
    })
  })

  test('each has its text beside it', () => {
    expect(named('.txt')).toEqual(broken)
  })

  test.each(broken)('%s', name => {
    const isHeldAgainstConfiguration = name.startsWith('with-configuration/')
    expect(said(`${name}.yaml`, isHeldAgainstConfiguration ? configured : undefined)).toBe(
      read(`${name}.txt`),
    )
  })
})

function said(file: string, against?: Configured): string {
  const text = read(file)
  const parsed = parseRunbook(text, basename(file), against)
  const faults = 'faults' in parsed ? parsed.faults : parsed.warnings
  return faults.map(fault => `${formatFault(fault, text)}\n`).join('\n')
}

function valueOf({ name }: Reference): string {
  const values: Record<string, string> = { SHOP_CACHE_URL: 'redis://cache' }
  return values[name] ?? (name.endsWith('_URL') ? 'postgres://db/db' : `${name}-0123456789-0123456789`)
}

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}
