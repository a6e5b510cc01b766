/** Goal: what docs/audit.md says of the chain is enough to check it. Method: the program in that page, as it stands there, on a real export. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { addNote } from '../../store/acts.ts'
import { startAuditor } from '../support/auditor.ts'
import { codeBlocks, page } from '../support/documents.ts'
import { intakeUnderTest } from '../support/intake.ts'

const intake = intakeUnderTest()
const run = promisify(execFile)
const atMs = Date.parse('2026-03-01T10:00:00Z')

beforeAll(async () => {
  await intake.take({ group: 'shop', alert: 'down', status: 'firing', atMs })
  const number = (await intake.incidents('shop'))[0]!.number
  // Characters of every length in UTF-8, and those that JSON escapes.
  await addNote(intake.pool, { number, by: 'ana', atMs, text: 'naïve "quotes" \\ 日本 🙂 \u2028 end' })
})

test('it takes a sound log, and names the entry of which a byte was changed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-doc-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const auditor = await startAuditor(intake.pool)
  const log = path.join(folder, 'log.jsonl')
  expect(await auditor.paramedic('audit', 'export', '--out', log)).toMatchObject({ exitCode: 0 })
  const programs = codeBlocks(page('docs/audit.md'), 'js')
  expect(programs).toHaveLength(1)
  const program = path.join(folder, 'verify.mjs')
  writeFileSync(program, programs[0]!)
  const { stdout } = await run(process.execPath, [program, log])
  const checkpoint = /fits to (\S+)/.exec(stdout)![1]!
  expect(await auditor.paramedic('audit', 'verify', '--checkpoint', checkpoint)).toMatchObject({
    exitCode: 0,
  })

  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  writeFileSync(log, lines.join('\n').replace('quotes', 'Quotes'))
  await expect(run(process.execPath, [program, log])).rejects.toMatchObject({
    code: 1,
    stdout: `entry ${lines.length} does not fit\n`,
  })
})
