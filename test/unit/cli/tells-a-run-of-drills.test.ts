import { expect, test } from 'vitest'
import { drillAnnotations } from '../../../cli/drill/annotations.ts'
import { runAsJson } from '../../../cli/drill/run-json.ts'
import { runLines } from '../../../cli/drill/run-lines.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { DrillResult } from '../../../drills/result.ts'
import { failedDrill } from '../../support/failed-drill.ts'

const page = { paint: createPaint(false), width: 80 }

function good(name: string, more: Partial<DrillResult> = {}): DrillResult {
  return { ...failedDrill(name), differences: [], ...more }
}

/** It has no `happened` and no differences. */
function notRun(name: string): DrillResult {
  const { happened: _, ...result } = failedDrill(name)
  return { ...result, differences: [], failure: 'Its workflow did not end within 60 s.' }
}

test('a run that went otherwise says what, and what to do', async () => {
  const results = [
    good('nobody-acknowledges', { tookMs: 412 }),
    failedDrill(),
    notRun('target-unbound'),
    good('every-step-fails', { file: undefined, tookMs: 12_400 }),
  ]
  const lines = runLines({ results, tookMs: 15_000 }, page)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/run-of-drills.txt')
})

test('a run in which all is as expected is short', () => {
  const results = [good('one', { tookMs: 400 }), good('a-longer-name', { tookMs: 61_000 })]
  expect(runLines({ results, tookMs: 61_500 }, page)).toEqual([
    'runbooks/orders/orders-connections.drill.yaml',
    '  ✓ one              0.4s',
    '  ✓ a-longer-name  1m 01s',
    '',
    '2 drills, all as expected (1m 01s)',
  ])
})

test('a command is shown for three drills, as it has to be typed', () => {
  const results = ['one', "ana's", 'three', 'four', 'five'].map(name => failedDrill(name))
  expect(runLines({ results, tookMs: 1_000 }, page).slice(-4)).toEqual([
    '  npx paramedic drill run runbooks/orders/orders-connections.drill.yaml --filter one',
    String.raw`  npx paramedic drill run runbooks/orders/orders-connections.drill.yaml --filter 'ana'\''s'`,
    '  npx paramedic drill run runbooks/orders/orders-connections.drill.yaml --filter three',
    '  and 2 more',
  ])
})

test('GitHub is told each difference at the line that expected it', () => {
  const annotations = drillAnnotations([good('one'), failedDrill(), notRun('two')])
  expect(annotations).toHaveLength(5)
  expect(annotations[1]).toBe(
    '::error file=runbooks/orders/orders-connections.drill.yaml,line=31,col=14,title=drill nobody-approves of orders-connections::' +
      'end-idle ended as succeeded at 2m 35s, expected expired at 16m%0Ahealth: status up%0Apool: idle 0, used_ratio 0.3',
  )
  expect(annotations[4]).toContain('::Its workflow did not end within 60 s.')
})

test('GitHub is told without a line what is in no file', () => {
  expect(drillAnnotations([{ ...failedDrill(), file: undefined }])[0]).toMatch(
    /^::error title=drill nobody-approves of orders-connections::nobody expected end-idle/,
  )
})

test('a program reads the same', () => {
  const json = JSON.parse(JSON.stringify(runAsJson({ results: [failedDrill(), notRun('two')], tookMs: 5 })))
  expect(json).toMatchObject({ isAsExpected: false, tookMs: 5 })
  expect(json.drills[0]).toMatchObject({
    name: 'nobody-approves',
    runbook: 'orders-connections',
    isAsExpected: false,
  })
  expect(json.drills[0].differences[3]).toEqual({
    path: ['expect', 'pages', 1],
    line: 35,
    column: 9,
    atMs: 900_000,
    expected: 'page to on-call and senior',
    wrong: 'the page to on-call and senior at 15m did not go out',
    checks: [
      { check: 'health', target: 'orders-api', values: { status: 'up' } },
      { check: 'pool', target: 'orders-db', values: { idle: 0, used_ratio: 0.3 } },
    ],
  })
  expect(json.drills[1]).toMatchObject({ failure: 'Its workflow did not end within 60 s.', differences: [] })
})
