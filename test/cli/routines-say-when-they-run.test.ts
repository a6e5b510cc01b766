import { expect, it } from 'vitest'
import type { RoutineView } from '../../contracts/schedule-views.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
const hour = 3_600_000

const weekly: RoutineView = {
  name: 'orders-weekly',
  title: 'Weekly clean-up',
  owner: 'platform',
  cron: '0 2 * * mon',
  zone: 'Europe/Berlin',
  windowMs: 2 * hour,
  system: 'orders',
  environment: 'production',
  next: [inMs(30 * hour + 60_000)],
  last: [
    {
      dueAt: '2026-03-09T01:00:00.000Z',
      state: 'opened',
      incident: 'INC-2026-03-09-001',
      because: null,
      startedBy: null,
      decidedAt: '2026-03-09T01:00:00.000Z',
    },
    {
      dueAt: '2026-03-02T01:00:00.000Z',
      state: 'missed',
      incident: null,
      because: 'no worker was there\u001b[2J',
      startedBy: null,
      decidedAt: '2026-03-02T04:00:00.000Z',
    },
  ],
}

async function linesOf(...args: string[]): Promise<string[]> {
  const { exitCode, stdout } = await runParamedic(args, { env: scene.env })
  expect(exitCode).toBe(0)
  return stdout.trimEnd().split('\n')
}

it('each with its next time, its last run and its times in words; what was missed is named with the reason', async () => {
  scene.api.on('GET /v1/routines', { routines: [weekly] })
  const lines = await linesOf('runbook', 'schedule')
  expect(lines[0]).toMatch(/^ROUTINE +NEXT +IN +LAST +PLACE +TIMES$/)
  expect(lines[1]).toMatch(
    /^orders-weekly +.+ \d+[dh][ \d\w]* +INC-2026-03-09-001 +orders\/production +every Monday at 02:00, Europe\/Berlin$/,
  )
  expect(lines[2]).toMatch(/^✗ orders-weekly missed its run of 2026-03-0\d .+: no worker was there$/)
  expect(lines.at(-1)).toBe('npx paramedic incident show INC-2026-03-09-001')
})

it('says so when there is none, and --json stays JSON', async () => {
  scene.api.on('GET /v1/routines', { routines: [] })
  expect((await linesOf('runbook', 'schedule'))[0]).toBe('No runbook in force has a `schedule`.')
  const { stdout } = await runParamedic(['runbook', 'schedule', '--json'], { env: scene.env })
  expect(JSON.parse(stdout)).toEqual({ routines: [] })
})

const begun = {
  incident: 'INC-2026-03-14-002',
  system: 'orders',
  environment: 'staging',
  closesAt: inMs(2 * hour),
}

it('one is started with the place and the values that were typed, and it is said which incident that is', async () => {
  scene.api.on('POST /v1/routines/orders-weekly/run', begun)
  const typed = ['--environment', 'staging', '--input', 'idle_limit=5m', '--input', 'query=a=b']
  const lines = await linesOf('runbook', 'run', 'orders-weekly', ...typed)
  const body = { environment: 'staging', inputs: { idle_limit: '5m', query: 'a=b' } }
  expect(scene.api.posts()).toEqual([{ path: '/v1/routines/orders-weekly/run', body }])
  expect(lines[0]).toBe('INC-2026-03-14-002 is open: a run of orders-weekly in orders/staging.')
  expect(lines[1]).toMatch(/^It begins steps until .+\.$/)
  expect(lines.at(-1)).toBe('npx paramedic incident watch INC-2026-03-14-002')
})

it.each([
  ['idle_limit', 'It is a name and a value, such as idle_limit=5m.'],
  ['=5m', 'It is a name and a value, such as idle_limit=5m.'],
])('--input %s is refused before anything is sent', async (written, told) => {
  const { exitCode, stderr } = await runParamedic(['runbook', 'run', 'x', '--input', written], {
    env: scene.env,
  })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(told)])
})
