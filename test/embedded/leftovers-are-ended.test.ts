import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTimeOf } from '../../activities/targets/service/process-identity.mjs'
import { openProcessRegistry } from '../../embedded/processes.ts'

const PROCESSES = join(import.meta.dirname, '../../embedded/processes.ts')

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-processes-test-'))
  file = join(folder, 'processes.json')
})

afterEach(() => rm(folder, { recursive: true }))

/** A parent that starts one child through the registry and is killed; returns the pid of its orphan. */
async function orphanOfKilledParent(command: string): Promise<number> {
  const script = join(folder, 'parent.ts')
  await writeFile(
    script,
    `import { openProcessRegistry } from ${JSON.stringify(PROCESSES)}
     const child = openProcessRegistry(${JSON.stringify(file)}).spawn('orphan', 'sh', ['-c', ${JSON.stringify(command)}], { logFile: ${JSON.stringify(join(folder, 'log'))} })
     console.log(child.pid)
     setInterval(() => {}, 1000)`,
  )
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  return Number(line.toString())
}

test('the child of a killed parent is ended by the next start', async () => {
  const pid = await orphanOfKilledParent('exec sleep 300')
  expect(startTimeOf(pid)).toBeDefined()
  expect(await openProcessRegistry(file).endLeftovers()).toEqual(['orphan'])
  expect(startTimeOf(pid)).toBeUndefined()
})

test('a child that ignores the polite signal is killed', { timeout: 30_000 }, async () => {
  const pid = await orphanOfKilledParent(`trap '' TERM; while :; do sleep 1; done`)
  await openProcessRegistry(file).endLeftovers()
  expect(startTimeOf(pid)).toBeUndefined()
})

test('a process that has the recycled pid of a leftover is left alone', async () => {
  const stranger = spawn('sleep', ['300'])
  const pid = await orphanOfKilledParent('exec sleep 300')
  const entries = JSON.parse(await readFile(file, 'utf8')) as { pid: number }[]
  await writeFile(file, JSON.stringify(entries.map(entry => ({ ...entry, pid: stranger.pid }))))

  expect(await openProcessRegistry(file).endLeftovers()).toEqual([])

  expect(startTimeOf(stranger.pid ?? 0)).toBeDefined()
  stranger.kill()
  process.kill(pid)
})

test('a child that has ended is forgotten', async () => {
  const child = openProcessRegistry(file).spawn('short', 'true', [], { logFile: join(folder, 'log') })
  await once(child, 'exit')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([])
})
