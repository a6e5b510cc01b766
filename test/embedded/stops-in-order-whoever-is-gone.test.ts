import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startTimeOf } from '../../activities/targets/service/process-identity.mjs'

const script = fileURLToPath(new URL('../support/stops-in-order.ts', import.meta.url))
const run = `'${process.execPath}' '${script}'`
let folder: string
let endFile: string
let started: { child: ChildProcess; pid: number; output(): string }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-stop-'))
  endFile = join(folder, 'ended')
})

afterEach(async () => {
  started.child.kill('SIGKILL')
  if (startTimeOf(started.pid) !== undefined) process.kill(started.pid, 'SIGKILL')
  await isGone()
  rmSync(folder, { recursive: true, force: true })
})

test('when its terminal is closed', async () => {
  // util-linux's script is the terminal; without it there is nobody to read.
  started = await start('script', ['-qec', `${run} '${endFile}'`, '/dev/null'], {})
  started.child.kill('SIGKILL')
  await endsInOrder()
})

test('when npm is told to end and tells only the shell', async () => {
  started = await start('sh', ['-c', `${run} '${endFile}'; exit`], { npm_command: 'run-script' })
  started.child.kill('SIGTERM')
  await endsInOrder()
})

test('when npm is killed', async () => {
  started = await start('sh', ['-c', `${run} '${endFile}'; exit`], { npm_command: 'run-script' })
  started.child.kill('SIGKILL')
  await endsInOrder()
})

test('it outlives a shell that meant it to', async () => {
  started = await start('sh', ['-c', `${run} '${endFile}'; exit`], {})
  started.child.kill('SIGKILL')
  await once(started.child, 'exit')
  const saidBefore = started.output().length
  // Longer than it takes to notice.
  await vi.waitFor(() => expect(started.output().slice(saidBefore)).toMatch(/still runs\r?\nstill runs/), {
    timeout: 20_000,
  })
  process.kill(started.pid, 'SIGTERM')
  await endsInOrder()
})

async function endsInOrder(): Promise<void> {
  await isGone()
  expect(existsSync(endFile)).toBe(true)
}

function isGone(): Promise<void> {
  return vi.waitFor(() => expect(startTimeOf(started.pid)).toBeUndefined(), { timeout: 20_000 })
}

/** Starts it and waits until it says its pid, which is another than that of the terminal or the shell. */
async function start(command: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  const pid = await vi.waitFor(
    () => {
      const said = /runs as (\d+)/.exec(output)
      if (said === null) throw new Error(`it has not come up: ${output}`)
      return Number(said[1])
    },
    { timeout: 20_000 },
  )
  return { child, pid, output: () => output }
}
