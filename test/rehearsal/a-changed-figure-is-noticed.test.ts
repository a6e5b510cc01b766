/** Somebody changes one thing of a shipped runbook: a drill of it says what is otherwise now, and which line expected what. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDrilled } from '../../cli/drill/drill-files.ts'
import { planDrills } from '../../cli/drill/plan-drills.ts'
import { runAll } from '../../cli/drill/run-all.ts'
import { sideBySide } from '../../cli/drill/side-by-side.ts'
import { createPaint } from '../../cli/terminal/paint.ts'
import type { DrillRunner } from '../../rehearsal/drill-runner.ts'
import { runnerOfTests } from '../support/drilled.ts'

const shipped = join(import.meta.dirname, '..', '..', 'runbooks', 'shop')
const names = ['pool-exhausted.yaml', 'pool-exhausted.drill.yaml'] as const
const [runbookName, drillName] = names

let runner: DrillRunner
let folder: string
beforeAll(async () => {
  runner = await runnerOfTests()
  folder = mkdtempSync(join(tmpdir(), 'paramedic-changed-'))
})
afterAll(async () => {
  await runner.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Changed {
  what: string
  change(source: string): string
  drill: string
  /** The sentence that stands first. */
  says: string
  /** What of the file of drills the line holds that is pointed at, and the row that it belongs to. */
  expectedBy: string
  row: RegExp
}

const changes: Changed[] = [
  {
    what: 'a level pages a minute later',
    change: source => source.replace('after: 30m', 'after: 31m'),
    drill: 'the-shop-is-down-as-well',
    says: 'The page to senior went out at 31m, expected at 30m.',
    expectedBy: '{ at: 30m, to: [senior] }',
    row: /▶ 30m +page to senior +│ 31m +page to senior/,
  },
  {
    what: 'nobody is called when a gate expires',
    change: source => source.replace('on_expiry: escalate', 'on_expiry: next'),
    drill: 'nobody-allows-the-restart',
    says: 'There was no severity SEV1 at 15m.',
    expectedBy: 'severity: [SEV3, { is: SEV1, at: 15m }]',
    row: /✗ 15m +page to on-call and senior +│ +— it did not happen/,
  },
  {
    what: 'a severity is given from a lower figure on',
    change: source => source.replace('checks.pool.value >= 0.95', 'checks.pool.value >= 0.93'),
    drill: 'nine-idle-sessions-are-not-the-trouble',
    says: 'The severity was SEV2 at 0s, expected SEV3.',
    expectedBy: 'severity: SEV3',
    row: /▶ +severity SEV3 +│ 0s +severity SEV2\n.*\n +measured by then:\n(.*\n)* +pool: value 0.94\n/,
  },
  {
    what: 'two steps are swapped',
    change: withStepsSwapped,
    drill: 'idle-sessions-are-ended',
    says: 'End-idle-sessions was not reached, expected succeeded at 4s.',
    expectedBy: 'steps: { end-idle-sessions: { is: succeeded, at: 4s } }',
    row: /▶ 4s +end-idle-sessions ended as succeeded +│ +— it did not happen/,
  },
]

test.each(changes)('$what', async ({ change, drill, says, expectedBy, row }) => {
  const told = await rehearsed(change, drill)
  expect(told).toContain(`  ${says}\n`)
  expect(told).toMatch(row)
  const lines = readFileSync(join(shipped, drillName), 'utf8').split('\n')
  const pointedAt = [...told.matchAll(/drill\.yaml:(\d+) expected it/g)].map(
    ([, line]) => lines[Number(line) - 1],
  )
  expect(pointedAt[0]).toContain(expectedBy)
})

/** What is told of a drill on a copy in which something is changed. */
async function rehearsed(change: Changed['change'], drill: string): Promise<string> {
  for (const name of names) cpSync(join(shipped, name), join(folder, name))
  const source = readFileSync(join(shipped, runbookName), 'utf8')
  const changed = change(source)
  expect(changed).not.toBe(source)
  writeFileSync(join(folder, runbookName), changed)
  const { drilled, faulty } = await readDrilled([join(folder, runbookName)])
  expect(faulty).toEqual([])
  const { planned } = planDrills(drilled, { filter: drill, common: false })
  const [result] = await runAll(runner, planned, 1, () => undefined)
  return sideBySide(result!, { paint: createPaint(false), width: 100 }).join('\n')
}

function withStepsSwapped(source: string): string {
  const [first, second, end] = ['  - id: end-idle', '  - id: restart-api', 'verify:\n  checks'].map(text =>
    source.indexOf(text),
  )
  return [
    source.slice(0, first),
    source.slice(second, end),
    source.slice(first, second),
    source.slice(end),
  ].join('')
}
