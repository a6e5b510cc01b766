import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createProcessDriver,
  type ProcessDefinition,
  type ProcessIdentity,
} from '../../activities/targets/service/process-driver.ts'
import { isRunning, startTimeOf } from '../../activities/targets/service/process-identity.mjs'

const starterScript = fileURLToPath(new URL('../support/service-starter.ts', import.meta.url))
/** Writes one line a start, then stays. */
const stays = `require('fs').appendFileSync(process.env.LEDGER, process.pid + '\\n'); setInterval(() => {}, 60000)`
/** The same, deaf to SIGTERM. */
const staysOnTerm = `process.on('SIGTERM', () => {}); ${stays}`

/** Its pid is in use again, by this very test. */
const deadHolder = JSON.stringify({ pid: process.pid, startTime: 'another life' })

let folder: string
let children: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-driver-'))
  children = []
})

afterEach(async () => {
  await createProcessDriver(service(stays)).stop({ graceMs: 0 })
  for (const child of children) await kill(child)
  rmSync(folder, { recursive: true, force: true })
})

describe('starting', () => {
  it.each([
    ['', undefined],
    [', and all find the lock of a dead one', deadHolder],
  ])('starts one process when ten processes start it at the same time%s', async (_title, lock) => {
    if (lock !== undefined) writeFileSync(join(folder, 'service.pid.lock'), lock)
    const starters = Array.from({ length: 10 }, () => startFromAnotherProcess(service(stays)))
    const identities = await Promise.all(starters.map(starter => starter.identity))
    expect(new Set(identities.map(identity => identity.pid)).size).toBe(1)
    await vi.waitUntil(() => starts() > 0, { timeout: 10_000 })
    expect(starts()).toBe(1)
  })

  it('starts one process when ten calls in one process start it', async () => {
    const drivers = Array.from({ length: 10 }, () => createProcessDriver(service(stays)))
    const identities = await Promise.all(drivers.map(driver => driver.start()))
    expect(new Set(identities.map(identity => identity.pid)).size).toBe(1)
  })

  it('leaves the process running when its starter is killed', async () => {
    const starter = startFromAnotherProcess(service(stays))
    const identity = await starter.identity
    await kill(starter.child)
    await vi.waitUntil(() => starts() === 1, { timeout: 10_000 })
    expect(isRunning(identity)).toBe(true)
    expect(await createProcessDriver(service(stays)).identity()).toEqual(identity)
  })

  it('takes over the lock of a starter that died', async () => {
    writeFileSync(join(folder, 'service.pid.lock'), deadHolder)
    await expect(createProcessDriver(service(stays)).start()).resolves.toMatchObject({
      pid: expect.any(Number) as number,
    })
    expect(existsSync(join(folder, 'service.pid.lock'))).toBe(false)
  })

  it('hands over PATH and what is defined, nothing of the starter', async () => {
    vi.stubEnv('PARAMEDIC_CANARY', 'canary-7c1e')
    await createProcessDriver(service(`console.log(JSON.stringify(process.env)); ${stays}`)).start()
    vi.unstubAllEnvs()
    await vi.waitUntil(() => starts() === 1, { timeout: 10_000 })
    const seen = readFileSync(join(folder, 'service.log'), 'utf8')
    expect(seen).toContain('LEDGER')
    expect(seen).toContain('PATH')
    expect(seen).not.toContain('canary-7c1e')
  })

  it('says which command could not be started, where, and why', async () => {
    const driver = createProcessDriver({ ...service(stays), command: ['/no/such/program'] })
    await expect(driver.start()).rejects.toMatchObject({
      code: 'target_rejected',
      message: expect.stringMatching(/\/no\/such\/program .*ENOENT/) as string,
    })
    expect(await driver.identity()).toBeUndefined()
  })
})

describe('stopping', () => {
  it('ends the process with TERM and forgets it', async () => {
    const driver = createProcessDriver(service(stays))
    const identity = await driver.start()
    expect(await driver.stop({ graceMs: 10_000, expected: identity })).toBe('stopped')
    expect(isRunning(identity)).toBe(false)
    expect(await driver.identity()).toBeUndefined()
    expect(await driver.stop({ graceMs: 0 })).toBe('was-not-running')
  })

  it('kills a process that ignores TERM once the grace is over', async () => {
    const driver = createProcessDriver(service(staysOnTerm))
    const identity = await driver.start()
    await vi.waitUntil(() => starts() === 1, { timeout: 10_000 })
    const startedAt = performance.now()
    expect(await driver.stop({ graceMs: 300 })).toBe('stopped')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300)
    expect(isRunning(identity)).toBe(false)
  })

  it('leaves a process alone that is not the expected one', async () => {
    const driver = createProcessDriver(service(stays))
    const identity = await driver.start()
    const planned = { ...identity, startTime: 'an earlier start' }
    expect(await driver.stop({ graceMs: 0, expected: planned })).toBe('identity-changed')
    expect(isRunning(identity)).toBe(true)
  })

  it('never ends a bystander that got the pid of a process that has ended', async () => {
    const bystander = run('sleep', ['60'])
    writePidFile({ pid: bystander.pid ?? 0, startTime: 'before it was recycled' })
    const driver = createProcessDriver(service(stays))
    expect(await driver.identity()).toBeUndefined()
    expect(await driver.stop({ graceMs: 0 })).toBe('was-not-running')
    const started = await driver.start()
    expect(started.pid).not.toBe(bystander.pid)
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
  })

  it.each(['', 'not json', '{"pid":-1,"startTime":"x"}', '{"pid":0,"startTime":"x"}', '{"pid":"1"}'])(
    'takes the damaged pid file %j for no process',
    async content => {
      writeFileSync(join(folder, 'service.pid'), content)
      expect(await createProcessDriver(service(stays)).stop({ graceMs: 0 })).toBe('was-not-running')
    },
  )

  it.runIf(process.platform === 'linux')('takes a zombie that nobody reaps for no process', async () => {
    // The shell turns into `sleep`, which does not know that it has a child to reap.
    const parent = run('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'])
    const pid = Number(await firstLine(parent))
    const startTime = startTimeOf(pid) ?? 'already a zombie'
    await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), { timeout: 10_000 })
    writePidFile({ pid, startTime })
    expect(await createProcessDriver(service(stays)).identity()).toBeUndefined()
  })
})

function service(script: string): ProcessDefinition {
  return {
    command: [process.execPath, '-e', script],
    directory: folder,
    environment: { LEDGER: join(folder, 'ledger') },
    pidFile: join(folder, 'service.pid'),
    logFile: join(folder, 'service.log'),
  }
}

function starts(): number {
  const ledger = join(folder, 'ledger')
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n').length : 0
}

function startFromAnotherProcess(definition: ProcessDefinition): {
  child: ChildProcess
  identity: Promise<ProcessIdentity>
} {
  const child = run(process.execPath, [starterScript, JSON.stringify(definition)])
  return { child, identity: firstLine(child).then(line => JSON.parse(line) as ProcessIdentity) }
}

function run(program: string, parameters: string[]): ChildProcess {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('spawned with a pipe')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the process ended without a word')
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function writePidFile(identity: ProcessIdentity): void {
  writeFileSync(join(folder, 'service.pid'), JSON.stringify(identity))
}
