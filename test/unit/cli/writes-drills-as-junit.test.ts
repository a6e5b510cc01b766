import { expect, test } from 'vitest'
import { junitXml } from '../../../cli/drill/junit.ts'
import { compare } from '../../../drills/compare.ts'
import type { DrillResult } from '../../../drills/result.ts'
import { failedDrill } from '../../support/failed-drill.ts'
import { drillOf, happened, page } from '../../support/happenings.ts'
import { readXml } from '../../support/strict-xml.ts'

const good: DrillResult = { ...failedDrill('one'), differences: [], tookMs: 400 }

test('a runbook is a suite, a drill is a case, and a failure says what a terminal would', () => {
  const { happened: _, ...notRun } = failedDrill('two')
  const other = { ...good, runbook: { ...good.runbook, name: 'shop' } }
  const results = [good, failedDrill(), { ...notRun, differences: [], failure: 'No worker.' }, other]
  const root = readXml(junitXml({ results, tookMs: 2_500 }))
  expect(root).toMatchObject({
    name: 'testsuites',
    attributes: { tests: '4', failures: '1', errors: '1', time: '2.500' },
  })
  const [orders, shop] = root.elements
  expect(orders).toMatchObject({
    attributes: { name: 'orders-connections', tests: '3', failures: '1', errors: '1', time: '2.224' },
  })
  expect(shop?.elements[0]).toMatchObject({
    name: 'testcase',
    attributes: { name: 'one', classname: 'shop', time: '0.400' },
    elements: [],
  })
  const [, otherwise, failed] = orders!.elements
  expect(otherwise?.elements[0]).toMatchObject({
    name: 'failure',
    attributes: { message: expect.stringMatching(/^nobody expected end-idle/) as string },
  })
  expect(otherwise?.elements[0]?.text).toContain('  ▶         — nobody expected it')
  expect(otherwise?.elements[0]?.text).toContain('orders-connections.drill.yaml:31 does not expect it')
  expect(failed?.elements[0]).toMatchObject({ name: 'error', attributes: { message: 'No worker.' } })
})

test.each([
  ['markup', `]]><a b="c" d='e'>&amp;</a>`],
  ['what XML forbids', '\u0000\u0008\u001b[31m\ufffe\uffff'],
  ['half a pair', '\ud800x\udc00'],
  ['lines', 'one\n  two\r\n<testcase/>'],
  ['other scripts', 'Größe 日本 🚑'],
])('%s in names and values stays text', (_, text) => {
  const drill = drillOf({ pages: [{ atMs: 0, to: [text] }] }, { name: text })
  const what = happened({ pages: [page('0s', `cto ${text}`)] })
  const { runbook } = good
  const result = { ...good, drill, happened: what, differences: compare(drill, runbook, what), file: text }
  const [suite] = readXml(junitXml({ results: [result, { ...result, failure: text }], tookMs: 1 })).elements
  expect(suite?.elements.map(({ name }) => name)).toEqual(['testcase', 'testcase'])
  expect(suite?.elements[0]?.elements[0]?.text).toContain('▶')
})

test('the reader of this test refuses what is not well-formed', () => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
  for (const wrong of [
    '<a>',
    '<a></b>',
    '<a b=c/>',
    '<a b="1" b="2"/>',
    '<a>&nbsp;</a>',
    '<a>&</a>',
    '<a>\u0000</a>',
    '<a/><b/>',
    '<a>></a>',
  ])
    expect(() => readXml(head + wrong), wrong).toThrow()
})
