import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tryLock } from '../../embedded/lock.mjs'

const LOCK = join(import.meta.dirname, '../../embedded/lock.mjs')

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramedic-lock-test-'))
  file = join(folder, 'lock')
})

afterEach(() => rm(folder, { recursive: true }))

/** Processes that all try to take the lock and keep it; their first lines are 'held' or 'refused'. */
async function contend(count: number): Promise<{ answers: string[]; children: ChildProcess[] }> {
  const script = join(folder, 'contender.mjs')
  await writeFile(
    script,
    `import { tryLock } from ${JSON.stringify(LOCK)}
     console.log('release' in tryLock(${JSON.stringify(file)}) ? 'held' : 'refused')
     setInterval(() => {}, 1000)`,
  )
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const answers = await Promise.all(
    children.map(async child => String(((await once(child.stdout, 'data')) as [Buffer])[0]).trim()),
  )
  return { answers, children }
}

async function killAll(children: ChildProcess[]) {
  await Promise.all(children.map(child => (child.kill('SIGKILL'), once(child, 'exit'))))
}

test('the lock of a killed process is taken over by exactly one of many', async () => {
  const first = await contend(1)
  expect(first.answers).toEqual(['held'])
  await killAll(first.children)

  const { answers, children } = await contend(6)

  expect(answers.filter(answer => answer === 'held')).toHaveLength(1)
  await killAll(children)
})

test('who is refused learns the pid of the holder', async () => {
  const { children } = await contend(1)
  expect(tryLock(file)).toEqual({ holder: { pid: children[0]?.pid } })
  await killAll(children)
})

test('a released lock can be taken again', () => {
  const lock = tryLock(file)
  if (!('release' in lock)) throw new Error('expected the lock')
  lock.release()
  expect(tryLock(file)).toHaveProperty('release')
})
