import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { foreseen, foreseenAlert, foreseenRunbook } from '../../api/foresight-examples.ts'
import type { ForesightReply } from '../../contracts/foresight-views.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
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

it('says who would be told', async () => {
  const communication = [{ on: ['opened'], tell: ['support'] }]
  const runbook = { ...foreseen.runbook.runbook, communication }
  scene.api.on('POST /v1/runbooks/test', { ...foreseen, runbook: { ...foreseen.runbook, runbook } })
  const { stdout } = await runParamedic(['runbook', 'test', '--alert', alert, '--live'], scene)
  expect(stdout).toMatch(/who would be told[^]*support/i)
})

const stopped = `  - id: stop-api
    uses: service.stop
    target: api
    temporary: true
    verify: { check: edges, until: 'value.all(edge, edge.status == "up")' }
    undo: { uses: service.start, with: { healthy_within: { input: wait } } }
`
/** As the service answers about test/support/asks-for-inputs.yaml with a temporary step. */
function answered(): ForesightReply {
  const text = readFileSync('test/support/asks-for-inputs.yaml', 'utf8')
    .replace(
      'inputs:\n',
      'inputs:\n  wait: { type: duration, default: 1m, min: 1s, max: 2m, describe: Until it is up }\n',
    )
    .replace('targets:\n', 'targets:\n  api: service\n')
    .replace('mitigate:\n', `mitigate:\n${stopped}`)
  const read = parseRunbook(text, 'asks-for-inputs.yaml')
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  const { foresight } = foreseen
  const plan = foresight!.steps[0]!.plan!
  const preview = { summary: 'shop-api runs already.', wouldTouch: 0, unit: 'processes', examples: [] }
  const undo = {
    uses: 'service.start',
    parameters: { healthy_within: 60_000 },
    plan: { preview, atMost: 1, risk: 'reversible', gate: null },
    problem: null,
  } as const
  return {
    ...foreseen,
    runbook: { hash: read.hash, runbook: read.runbook },
    inputs: [
      { name: 'application', type: 'string', value: 'shop', source: 'alert' },
      { name: 'idle_limit', type: 'duration', value: 60_000, source: 'given' },
      {
        name: 'most',
        type: 'int',
        value: 50,
        source: 'default',
        problem: 'alert.annotations["most sessions"] must be at most 200; it is "900"',
      },
      { name: 'used', type: 'double', value: 0.7, source: 'default' },
    ],
    bindings: [
      { role: 'api', kind: 'service', target: 'shop-api' },
      { role: 'db', kind: 'postgres', target: 'shop-db' },
      { role: 'edges', kind: 'service', members: [{ target: 'edge-1' }, { target: 'edge-2', site: 'oslo' }] },
    ],
    foresight: {
      ...foresight!,
      steps: [{ ...foresight!.steps[0]!, id: 'stop-api', target: 'shop-api', plan: { ...plan, undo } }],
    },
  }
}

it('tells what it would be given and from where, each of a group, and what would take a step back', async () => {
  scene.api.on('POST /v1/runbooks/test', answered())
  const asked = ['runbook', 'test', '--alert', alert, '--live', '--input', 'idle_limit=1m']
  const { stdout } = await runParamedic([...asked, '--in-force', 'asks-for-inputs'], scene)
  expect(scene.api.posts()[0]?.body).toMatchObject({ inputs: { idle_limit: '1m' } })
  const told = stdout.replace(/\s+/g, ' ')
  for (const said of [
    'application shop, by the alert',
    'idle_limit 1 minute, as given',
    'most 50, the default; refused, because alert.annotations["most sessions"] must be at most 200; it is "900"',
    'used 0.7, the default',
    'edges 2 services, each measured: edge-1 and edge-2',
    'undo service.start with healthy_within 1 minute, given up after',
    'temporary it stays for the time of the incident: when the recovery has lasted, or a person ends the incident, it is taken back',
    'undo now before the step there is nothing to take back: shop-api runs already.',
    'undo asks nobody is asked, it would run',
  ])
    expect(told).toContain(said)
})

const inputs = resolve('test/support/asks-for-inputs.yaml')
it('by files alone too, and a value out of bounds is refused', async () => {
  const labels = { alertname: 'SessionsOfOneApplication', application: 'shop' }
  writeFileSync(alert, JSON.stringify({ labels, annotations: {} }))
  const run = (...more: string[]) =>
    runParamedic(['runbook', 'test', '--alert', alert, inputs, ...more], scene)
  const { stdout, exitCode } = await run('--input', 'most=7')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('most         7, as given')
  expect(stdout.replace(/\s+/g, ' ')).toContain('undo nothing to undo: sessions reconnect')
  const refused = await run('--input', 'most=900', '--input', 'least=1')
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
  expect(refused.stderr).toContain('inputs.most: what was given must be at most 200; it is "900"')
  expect(refused.stderr).toContain('inputs.least: the runbook has no such input')
  writeFileSync(alert, JSON.stringify({ labels: { alertname: labels.alertname }, annotations: {} }))
  const without = (await run()).stdout.replace(/\s+/g, ' ')
  expect(without).toContain('Without a value of theirs these give no data: pool.')
  expect(without).toContain('left out. because it is not known how: its input application has no value')
  writeFileSync(alert, JSON.stringify(foreseenAlert))
})

it('of a routine it says by files alone how it is tried', async () => {
  const file = resolve('runbooks/shop/health-every-four-hours.yaml')
  const { stdout, exitCode } = await runParamedic(['runbook', 'test', '--alert', alert, file], scene)
  expect(exitCode).toBe(1)
  expect(stdout).toContain('shop-health-every-four-hours is a routine: no alert begins it')
  expect(stdout).toContain(`npx paramedic runbook explain ${file}`)
  expect(stdout).toContain('npx paramedic runbook run shop-health-every-four-hours')
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
  expect(stdout).toContain('npx paramedic runbook show orders-connections')
  expect(stdout).toContain('npx paramedic runbook run orders-connections')
})

it.each([[['--in-force', 'x']], [['--live', '--in-force', 'x', 'draft.yaml']]])(
  'a name that no service is asked about is wrong usage: %j',
  async args => {
    const { exitCode, stderr } = await runParamedic(['runbook', 'test', '--alert', alert, ...args], scene)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--in-force names a runbook of the service')
  },
)
