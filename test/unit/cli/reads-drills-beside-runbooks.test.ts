import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDrills } from '../../../cli/drill/lint-files.ts'

const broken = new URL('../broken-drills/', import.meta.url)
const runbook = readFileSync(new URL('runbook.yaml', broken), 'utf8')
const drills = readFileSync(new URL('sound.yaml', broken), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drills-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

test('each file of drills of a folder is held against the runbook beside it', async () => {
  const beside = write('shop/pool.yaml', runbook)
  const file = write('shop/pool.drill.yaml', drills)
  const wrong = write('shop/more/pool.drill.yml', drills.replace('end-idle: failed', 'end-idel: failed'))
  write('shop/more/pool.yml', runbook)
  const [second, first] = await readDrills([folder])
  expect(first).toMatchObject({ file, faults: [], sound: { runbook: 'pool', beside: { file: beside } } })
  expect(second).toMatchObject({ file: wrong, faults: [{ hint: 'did you mean `end-idle`?' }] })
  expect(second).not.toHaveProperty('sound')
})

test('a runbook that is missing is said, and what is wrong without it as well', async () => {
  const file = write('pool.drill.yaml', drills.replace('does: acknowledge', 'does: nothing'))
  expect(await readDrills([file])).toMatchObject([
    {
      faults: [
        { line: 1, code: 'drill', message: 'there is no runbook beside it: pool.yaml' },
        { line: 23, code: 'shape' },
      ],
    },
  ])
})

test('a runbook means the drills beside it', async () => {
  const beside = write('pool.yml', runbook)
  await expect(readDrills([beside])).rejects.toThrow(/no drills lie beside it/)
  const file = write('pool.drill.yaml', drills)
  expect(await readDrills([beside, file])).toMatchObject([{ file, faults: [] }])
})

test('a runbook with faults is to be mended first', async () => {
  write('pool.yaml', runbook.replace('uses: service.restart', 'uses: service.restrat'))
  const file = write('pool.drill.yaml', drills)
  const [read] = await readDrills([file])
  expect(read?.faults).toMatchObject([{ message: 'the runbook beside it has 1 fault' }])
  expect(read?.faults[0]?.hint).toContain('npx paramedic runbook lint ')
})

test.each([
  ['a path that is not there', 'gone', /it does not exist/],
  ['a folder without drills', '.', /there is no \.drill\.yaml file/],
])('%s is refused', async (_, path, message) => {
  await expect(readDrills([join(folder, path)])).rejects.toThrow(message)
})
