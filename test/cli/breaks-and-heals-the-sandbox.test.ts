import { mkdtempSync, rmSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeSandboxRecord } from '../../embedded/sandbox/sandbox-file.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

/** The stand-in plays the shop here. */
const scene = setScene()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramedic-sandbox-cli-'))
  mkdirSync(join(folder, '.paramedic', 'sandbox'), { recursive: true })
  writeSandboxRecord(join(folder, '.paramedic'), {
    shopUrl: scene.api.url,
    shop: {
      command: ['false'],
      directory: folder,
      environment: {},
      pidFile: join(folder, 'pid'),
      logFile: join(folder, 'log'),
    },
  })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('breaks it and says how to watch what follows', async () => {
  scene.api.on('POST /sandbox/break/idle-connections', {
    fault: 'idle-connections',
    isChanged: true,
    message: 'Leaked 20 database connections.',
  })
  const { exitCode, stdout } = await runParamedic(['sandbox', 'break', 'idle-connections'], { cwd: folder })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Leaked 20 database connections.')
  expect(stdout.trimEnd().endsWith('npx paramedic incident watch')).toBe(true)
})

it('says that its alert is quiet where a person has ended the incident', async () => {
  scene.api.on('POST /sandbox/break/crash', { fault: 'crash', isChanged: true, message: 'Killed.' })
  const mutedUntil = new Date(Date.now() + 3_600_000).toISOString()
  scene.api.on('GET /v1/alerts/active?name=ShopDown', { alerts: [{ mutedUntil }], nextCursor: null })
  const { exitCode, stdout } = await runParamedic(['sandbox', 'break', 'crash'], {
    cwd: folder,
    env: scene.env,
  })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/its alert ShopDown fires, and is quiet until .*\d\d:\d\d or until it clears/)
  expect(stdout).not.toContain('in a few seconds')
})

it('says what is broken, with exit code 1', async () => {
  scene.api.on('GET /health', { status: 503, body: { reasons: ['pool exhausted'] } })
  scene.api.on('GET /sandbox/status', {
    startedAt: '',
    pid: 1,
    leakedConnections: 20,
    pool: { size: 20, inUse: 20, waiting: 3 },
  })
  const { exitCode, stdout } = await runParamedic(['sandbox', 'status'], { cwd: folder })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('idle-connections')
  expect(stdout).toContain('npx paramedic sandbox heal')
})

it('passes on that the shop refuses', async () => {
  scene.api.on('POST /sandbox/break/stale-cache', {
    status: 409,
    body: { message: 'The shop runs without a cache.' },
  })
  const { exitCode, stderr } = await runParamedic(['sandbox', 'break', 'stale-cache'], { cwd: folder })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('The shop runs without a cache.')
})
