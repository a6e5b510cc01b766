import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { foreseen, foreseenAlert, foreseenRunbook } from '../../api/foresight-examples.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const folder = mkdtempSync(join(tmpdir(), 'paramedic-tested-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [draft, alert] = ['draft.yaml', 'alert.json'].map(name => join(folder, name)) as [string, string]
writeFileSync(draft, foreseenRunbook)
writeFileSync(alert, JSON.stringify(foreseenAlert))
const test = (...more: string[]) =>
  runParamedic(['runbook', 'test', '--alert', alert, draft, '--live', ...more], scene)

it('sends the runbook and the alert, and tells what came back', async () => {
  scene.api.on('POST /v1/runbooks/test', foreseen)
  const { stdout, exitCode } = await test()
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Ends 87 sessions that have been idle for more than 10 minutes.')
  expect(scene.api.posts()).toEqual([
    {
      path: '/v1/runbooks/test',
      body: { alert: foreseenAlert, runbook: { source: foreseenRunbook, file: draft } },
    },
  ])
  expect(JSON.parse((await test('--json')).stdout)).toEqual(foreseen)
})

it('sends nothing of a runbook that has faults, or that is for other alerts', async () => {
  writeFileSync(draft, foreseenRunbook.replace('severity:', 'severty:'))
  expect(await test()).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('severty') })
  writeFileSync(draft, foreseenRunbook.replace('OrdersConnectionsHigh"', 'Other"'))
  expect(await test()).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('None: no runbook') })
  expect(scene.api.posts()).toEqual([])
})

it('without a path the service chooses, or takes the one that is named', async () => {
  scene.api.on('POST /v1/runbooks/test', { ...foreseen, others: ['orders-slow'] })
  const run = (...more: string[]) =>
    runParamedic(['runbook', 'test', '--alert', alert, '--live', ...more], scene)
  expect((await run()).stdout).toContain('orders-slow matches as well and is not chosen.')
  await run('--in-force', 'orders-connections')
  expect(scene.api.posts().map(({ body }) => body)).toEqual([
    { alert: foreseenAlert },
    { alert: foreseenAlert, runbook: { name: 'orders-connections' } },
  ])
  scene.api.on('POST /v1/runbooks/test', { ...foreseen, matches: false, foresight: null })
  expect(await run('--in-force', 'orders-connections')).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('orders-connections is for other alerts'),
  })
})

it('of a routine it is said that no alert begins it', async () => {
  const schedule = {
    cron: '0 2 * * mon',
    zone: 'UTC',
    windowMs: 7_200_000,
    system: 'orders',
    environment: 'production',
  }
  const { match: _, ...runbook } = foreseen.runbook.runbook
  scene.api.on('POST /v1/runbooks/test', {
    ...foreseen,
    runbook: { ...foreseen.runbook, runbook: { ...runbook, schedule } },
    matches: false,
    foresight: null,
  })
  const asked = ['runbook', 'test', '--alert', alert, '--live', '--in-force', 'orders-connections']
  const { exitCode, stdout } = await runParamedic(asked, scene)
  expect(exitCode).toBe(1)
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'orders-connections is a routine: no alert begins it, it runs every Monday at 02:00, UTC',
  )
})

it.each([[['--in-force', 'x']], [['--live', '--in-force', 'x', 'draft.yaml']]])(
  'a name that no service is asked about is wrong usage: %j',
  async args => {
    const { exitCode, stderr } = await runParamedic(['runbook', 'test', '--alert', alert, ...args], scene)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--in-force names a runbook of the service')
  },
)
