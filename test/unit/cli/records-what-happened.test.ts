import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordAll, toRecord } from '../../../cli/drill/record-all.ts'
import { runAll } from '../../../cli/drill/run-all.ts'
import type { Drill } from '../../../contracts/drill.ts'
import { isAsExpected } from '../../../drills/result.ts'
import { parseDrills } from '../../../language/parse-drill.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { happened, page } from '../../support/happenings.ts'
import { poolDrills, poolRunbook } from '../../support/pool-drills.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-record-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a drill that is recorded is as expected, and expects from then on what happened', async () => {
  const { file, results, lines, isAllWritten } = await record('first:\n  what: It goes as it goes.\n')
  expect(results.map(isAsExpected)).toEqual([true])
  expect(isAllWritten).toBe(true)
  expect(lines).toEqual([`${file}: first expects now what happened; read it, and correct what is not right`])
  expect(readFileSync(file, 'utf8')).toContain('- { at: 0s, to: [on-call] }')
})

test('a drill that expects something is held against it while others are recorded', async () => {
  const drills = 'first:\n  what: It goes as it goes.\nsecond:\n  what: Nobody is paged.\n  expect: {}\n'
  const { file, results, lines } = await record(drills)
  expect(results.map(isAsExpected)).toEqual([true, false])
  expect(lines).toHaveLength(1)
  expect(readFileSync(file, 'utf8')).toContain('expect: {}')
})

test('a drill whose expectation cannot be written is said, and fails the run', async () => {
  const { file, lines, isAllWritten } = await record('first: { what: It goes as it goes. }\n')
  expect(lines).toEqual([`${file}: first is written in braces. Write each of its keys on a line of its own.`])
  expect(isAllWritten).toBe(false)
})

async function record(drills: string) {
  const file = join(folder, 'pool.drill.yaml')
  const text = poolDrills(drills)
  writeFileSync(file, text)
  const source = { file: join(folder, 'pool.yaml'), source: poolRunbook }
  const runbook = parseRunbook(poolRunbook, source.file)
  if ('faults' in runbook) throw new Error(JSON.stringify(runbook.faults))
  const parsed = parseDrills(text, file, runbook.runbook, true)
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const loaded = { ...source, runbook: runbook.runbook, hash: runbook.hash }
  const planned = parsed.drills.map((drill: Drill) => ({ file, loaded, drill, lineOf: () => undefined }))
  const runner = {
    run: () => Promise.resolve(happened({ pages: [page('0s', 'on-call')] })),
    stop: () => Promise.resolve(),
  }
  const results = await runAll(runner, toRecord(planned), 2, () => undefined)
  return { file, results, ...recordAll(results) }
}
