/** The whole command on a pseudo-terminal, with servers of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnTerminal, runParamedic } from '../cli/support/run-paramedic.ts'
import { poolDrills, poolRunbook } from '../support/pool-drills.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'played-'))
  writeFileSync(join(folder, 'pool.yaml'), poolRunbook)
  writeFileSync(
    join(folder, 'pool.drill.yaml'),
    poolDrills(`
game-day:
  what: The pool is full, and one person alone may not restart it.
  given: { checks: { pool: { used_ratio: 0.95, idle: 0 } } }
  expect: { outcome: open }
`),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const size = { columns: 60, rows: 30 }

test('Ctrl-C ends it like any other end: with a score and a record', async () => {
  const { exitCode, stdout } = await runOnTerminal(
    ['drill', 'play', 'game-day', 'pool.yaml', '--as', 'ana'],
    {
      cwd: folder,
      env: { NO_COLOR: '1' },
      size,
      type: [
        { when: 'restart waits for leave', text: 'a' },
        { when: 'ana acknowledged', text: '\u0003' },
      ],
    },
  )
  expect(exitCode).toBe(0)
  expect(stdout).toContain('one person alone may not restart it')
  expect(stdout).toContain('Acknowledged by ana')
  const [file] = readdirSync(folder).filter(name => /^drill-game-day-\d{8}T\d{6}Z\.json$/.test(name))
  expect(stdout).toContain(file)
  expect(JSON.parse(readFileSync(join(folder, file!), 'utf8'))).toMatchObject({
    version: 1,
    drill: 'game-day',
    runbook: { name: 'pool', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    who: ['ana'],
    isWhole: false,
    acts: [{ who: 'ana', does: { act: 'acknowledge' } }],
    pages: [{ level: 0, to: ['on-call'] }],
    score: { acknowledged: { by: 'ana' }, outcome: 'open' },
  })
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  expect(stdout).not.toMatch(/\u001b\[[0-9;]*m/)
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  const lines = stdout.split('\r\n').map(line => line.replace(/\u001b\[[0-9;]*[A-Z]|\r/g, ''))
  expect(lines.filter(line => line.length > size.columns)).toEqual([])
})

test('a name that is none is answered with those there are, and without a terminal nobody can play', async () => {
  const unknown = await runParamedic(['drill', 'play', 'gameday', 'pool.yaml', '--json'], { cwd: folder })
  expect(unknown.exitCode).toBe(2)
  expect(JSON.parse(unknown.stdout).error).toMatchObject({
    code: 'no_drills',
    hint: expect.stringContaining('npx paramedic drill play game-day'),
  })
  const piped = await runParamedic(['drill', 'play', 'game-day', 'pool.yaml'], { cwd: folder })
  expect(piped.exitCode).toBe(2)
  expect(piped.stderr).toContain('code: no_terminal')
})
