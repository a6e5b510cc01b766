import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Runbook } from '../../contracts/runbook.ts'
import { commonDrills } from '../../drills/common-drills.ts'
import { lintDrill } from '../../language/lint-drill.ts'
import { parseDrills } from '../../language/parse-drill.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { warnOfDrill } from '../../language/warn-drill.ts'
import { shippedRunbooks } from '../support/documents.ts'

const folder = new URL('broken-drills/', import.meta.url)
const runbook = runbookIn(readFileSync(new URL('runbook.yaml', folder), 'utf8'))
const sound = readFileSync(new URL('sound.yaml', folder), 'utf8')

describe('nothing is said of what can be', () => {
  test.each([
    ['a label beside those that are asked for', 'system: shop', 'system: shop, team: web'],
    ['somebody of whom nothing is known', 'who: ana, does: ack', 'who: zoe, does: ack'],
    ['a role without its target', 'targets: { edges: 2 }', 'targets: { edges: 0, api: 0, db: 2 }'],
    ['a field that is taken away', 'idle: 60', 'idle: null'],
    ['a whole number for one with a fraction', 'used_ratio: 0.95', 'used_ratio: 1'],
    ['a check that fails', '    pool: { used_ratio: 0.95, idle: 60 }', '    pool: [{ fails: no answer }]'],
    [
      'a member of a group',
      '    edges: { status: up }',
      '    edges: [{ target: edges-2, is: { status: up } }]',
    ],
    ['a step that everything is asked for', 'does: acknowledge', 'does: approve, step: restart-api'],
    ['a severity that a person says', 'does: acknowledge', 'severity: SEV4'],
    ['that nobody is paged who never is', 'page: cto', 'page: chief'],
    ['that a manual step has no effect', 'effect: restart-api', 'effect: raise-pool'],
    ['a crash of the worker at its time', 'who: ana, does: acknowledge', 'crash: worker'],
  ])('%s', (_, from, to) => {
    expect(sound).toContain(from)
    const parsed = parseDrills(
      sound.replace(from, () => to),
      'x.drill.yaml',
      runbook,
    )
    expect('faults' in parsed ? parsed.faults : parsed.warnings).toEqual([])
  })

  test('a step without a gate is asked for where everything is', () => {
    const text = sound
      .replace('    given:\n', '    given:\n      autonomy: propose\n')
      .replace(
        'on: { gate: raise-pool }, after: 2m, who: ana, does: tick',
        'on: { gate: end-idle }, who: ben, does: deny',
      )
    expect(parseDrills(text, 'x.drill.yaml', runbook)).toMatchObject({ warnings: [] })
  })
})

test.each(shippedRunbooks().map(({ file, text }) => [file, runbookIn(text)] as const))(
  'the drills that are made of %s are sound',
  (_, made) => {
    for (const drill of commonDrills(made).drills)
      expect([...lintDrill(drill, made), ...warnOfDrill(drill, made)], drill.name).toEqual([])
  },
)

function runbookIn(text: string): Runbook {
  const parsed = parseRunbook(text, 'runbook.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed.runbook
}
