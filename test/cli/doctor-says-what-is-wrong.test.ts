import { expect, it } from 'vitest'
import type { StatusView } from '../../contracts/views.ts'
import { type Answer, refusal } from './support/api-stand-in.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const up = { isUp: true, tookMs: 2, problem: null }
const healthy: StatusView = {
  version: '0.1.0',
  isReady: true,
  dependencies: [
    { name: 'postgresql', ...up },
    { name: 'temporal', ...up },
    { name: 'workers', ...up },
  ],
  freeze: { isOn: false, changedAt: null, changedBy: null, reason: null },
  runbooks: { inForce: 3, faultyFiles: [] },
  openIncidents: 1,
  openGates: 2,
  undeliveredMessages: 0,
  waitingAlerts: 3,
  quarantinedAlerts: 0,
  mutedAlerts: 0,
  sites: [],
  stuck: [],
  supervision: { lastLookAt: '2025-03-14T03:11:50.000Z', findings: [] },
}

/** Answered at a fixed time: the command counts by the clock of the service. */
const headers = { date: 'Fri, 14 Mar 2025 03:12:00 GMT' }
const answer = (changes: Partial<StatusView> = {}): Answer => ({
  status: 200,
  body: { ...healthy, ...changes },
  headers,
})

it('is content with a healthy service that has work', async () => {
  scene.api.on('GET /readyz', answer())
  scene.api.on('GET /v1/status', answer())
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Healthy.')
  expect(stdout).toContain('npx paramedic gate list')
})

it('says how many firing alerts are quiet, and how to see them', async () => {
  scene.api.on('GET /readyz', answer())
  scene.api.on('GET /v1/status', answer({ mutedAlerts: 2 }))
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/! muted +2 firing alerts are quiet, because a person ended the incident/)
  expect(stdout).toContain('→ npx paramedic alert list')
})

it('names a runbook file that is held back, and says what to do', async () => {
  scene.api.on('GET /readyz', answer())
  const faulty = {
    file: 'shop/queue.yaml',
    faults: 2,
    told: 'shop/queue.yaml:8:1 unknown key `verfy`',
    keeps: 'queue',
    since: '2025-03-14T00:12:00.000Z',
    way: 'start',
    by: 'paramedic',
  } as const
  scene.api.on('GET /v1/status', answer({ runbooks: { inForce: 3, faultyFiles: [faulty] } }))
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('shop/queue.yaml has 2 faults and has been held back for 3h')
  expect(stdout.replace(/\s+/g, ' ')).toContain('the last good version of queue stays in force')
  expect(stdout).toContain('npx paramedic runbook list')
})

it('names what is down and what is stuck, each with what to do', async () => {
  const down = { name: 'workers', isUp: false, tookMs: 9, problem: 'no worker polls' } as const
  scene.api.on('GET /readyz', { status: 503, body: { isReady: false, dependencies: [down] }, headers })
  const stuck = [
    {
      what: 'message not delivered',
      subject: 'INC-2025-03-14-007',
      sinceMs: 75_000,
      todo: 'Start a worker.',
    },
  ]
  scene.api.on('GET /v1/status', answer({ stuck }))
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('no worker polls')
  expect(stdout).toContain('message not delivered for 1m 15s')
  expect(stdout).toContain('→ Start a worker.')
  expect(stdout).toContain('2 things are wrong')
})

it('names each site, and where a worker has to be started', async () => {
  scene.api.on('GET /readyz', answer())
  const sites = [
    { name: 'berlin', hasWorker: true },
    { name: 'oslo', hasWorker: false },
  ]
  scene.api.on('GET /v1/status', answer({ sites }))
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/✓ site berlin +a worker polls/)
  expect(stdout).toMatch(/✗ site oslo +no worker polls/)
  expect(stdout).toContain('→ start a worker there with PARAMEDIC_SITE=oslo')
  expect(stdout).toContain('One thing is wrong')
})

it('shows what supervision found with how long and what to do, and that supervision itself is dead', async () => {
  const supervision: StatusView['supervision'] = {
    lastLookAt: '2025-03-14T03:06:55.000Z',
    findings: [
      {
        kind: 'workflow-gone',
        what: 'incident open without a running workflow',
        subject: 'INC-2025-03-14-007',
        since: '2025-03-14T03:10:28.000Z',
        pagedAt: null,
        todo: 'temporal workflow reset -w incident/INC-2025-03-14-007',
      },
    ],
  }
  scene.api.on('GET /readyz', answer())
  scene.api.on('GET /v1/status', answer({ supervision }))
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('incident open without a running workflow for 1m 32s')
  expect(stdout).toContain('→ temporal workflow reset -w incident/INC-2025-03-14-007')
  expect(stdout).toContain('has not looked for 5m 05s:')
  expect(stdout).toContain('2 things are wrong')
})

it('tells a refused token from a service that is down', async () => {
  scene.api.on('GET /readyz', answer())
  scene.api.on('GET /v1/status', refusal(401, 'unauthenticated', 'The token is not known.'))
  const { exitCode, stdout } = await runParamedic(['doctor', '--json'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ isHealthy: false })
  expect(stdout).toContain('PARAMEDIC_TOKEN')
})

it('is 1, not an error, when nothing answers', async () => {
  await scene.api.close()
  const { exitCode, stdout } = await runParamedic(['doctor'], { env: scene.env })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('does not answer')
  expect(stdout).toContain('npm start')
})
