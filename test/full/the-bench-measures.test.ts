/** Whether the bench works, never how fast anything is. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { findOnPath } from '../../embedded/find-on-path.ts'
import type { Results } from '../../bench/results.ts'

const redis = findOnPath('redis-server')

test.skipIf(redis === undefined)(
  'a quick run leaves a figure for each question, and no folder of its own',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'paramedic-bench-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const output = path.join(folder, 'results.json')
    const before = runFolders()
    const { stdout } = await promisify(execFile)(process.execPath, [
      'bench/start.mjs',
      '--quick',
      '--only',
      'accept,drills',
      '--output',
      output,
    ])
    const results = JSON.parse(readFileSync(output, 'utf8')) as Results
    expect(results.figures.map(({ id }) => id)).toEqual([
      'accept.rate',
      'accept.p50',
      'accept.p99',
      'accept.full.p50',
      'accept.full.p99',
      'drills.escalation',
      'drills.skip',
      'drills.hundred',
      'drills.crash',
    ])
    for (const { rounds, beside } of results.figures.filter(({ id }) => id.startsWith('accept.'))) {
      expect(beside.map(({ name }) => name)).toEqual(expect.arrayContaining(['one INSERT', 'group commit']))
      for (const value of [rounds, ...beside.map(peer => peer.rounds)].flat())
        expect(value).toBeGreaterThan(0)
    }
    for (const { rounds } of results.figures.filter(({ id }) => id.startsWith('drills.')))
      for (const value of rounds) expect(value).toBeGreaterThan(0)
    expect(stdout).toContain('| Measured')
    expect(stdout).toContain('load average at the start')
    expect(runFolders().filter(name => !before.includes(name))).toEqual([])
  },
)

function runFolders(): string[] {
  return existsSync('.paramedic') ? readdirSync('.paramedic').filter(name => /^bench-\d+$/.test(name)) : []
}
