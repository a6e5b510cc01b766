import { expect, it } from 'vitest'
import type { AlertEpisode, RuleView } from '../../contracts/rule-views.ts'
import { runParamedic } from './support/run-paramedic.ts'
import { setScene } from './support/scene.ts'

const scene = setScene()
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString()

const firing: AlertEpisode = {
  id: 7,
  name: 'OrdersQueueLong',
  status: 'firing',
  source: 'rules',
  labels: { severity: 'high', system: 'orders' },
  annotations: { summary: 'The queue is long', description: '731 orders wait' },
  startsAt: ago(9_030),
  endsAt: null,
  incident: 'INC-2026-03-14-001',
  mutedUntil: null,
}
const rule: RuleView = {
  name: 'orders-queue-long',
  site: null,
  alert: 'OrdersQueueLong',
  title: 'The queue is long',
  target: 'orders-metrics',
  system: 'orders',
  environment: 'production',
  measures: 'scrape',
  operator: '>',
  threshold: 500,
  aggregate: 'avg',
  windowMs: 300_000,
  forMs: 120_000,
  everyMs: 15_000,
  cooldownMs: 0,
  severity: 'high',
  category: null,
  phase: 'firing',
  since: ago(9_030),
  value: 731.25,
  measuredAt: ago(1),
  quietUntil: null,
  problem: null,
}
const failing: RuleView = {
  ...rule,
  name: 'jobs-stuck',
  phase: 'inactive',
  operator: '>=',
  threshold: 1,
  aggregate: 'last',
  windowMs: null,
  forMs: 0,
  value: null,
  problem: { code: 'not_one_number', message: 'It gave\u001b[2J 2 columns.', since: ago(18_030) },
}

async function linesOf(...args: string[]): Promise<string[]> {
  const { exitCode, stdout } = await runParamedic(args, { env: scene.env })
  expect(exitCode).toBe(0)
  return stdout.trimEnd().split('\n')
}

it('what fires is shown with its incident and the command that tells more', async () => {
  scene.api.on('GET /v1/alerts/active?limit=200&system=orders', { alerts: [firing], nextCursor: 7 })
  const lines = await linesOf('alert', 'list', '--system', 'orders')
  expect(lines[0]).toMatch(/^ALERT +SEVERITY +FOR +SYSTEM +INCIDENT +SUMMARY$/)
  expect(lines[1]).toMatch(/^OrdersQueueLong +high +2h 30m +orders +INC-2026-03-14-001 +731 orders wait$/)
  expect(lines.join('\n')).toContain('There are more')
  expect(lines.at(-1)).toBe('npx paramedic incident show INC-2026-03-14-001')
})

it('one that is quiet says until when', async () => {
  const muted = { ...firing, mutedUntil: ago(-3_600) }
  scene.api.on('GET /v1/alerts/active?limit=200', { alerts: [muted], nextCursor: null })
  expect((await linesOf('alert', 'list'))[1]).toMatch(/ quiet until .*\d\d:\d\d: 731 orders wait$/)
})

it('the history says how long each lasted', async () => {
  const over = {
    ...firing,
    id: 6,
    status: 'resolved' as const,
    startsAt: ago(600),
    endsAt: ago(540),
    incident: null,
  }
  scene.api.on('GET /v1/alerts/history?limit=50', { alerts: [firing, over], nextCursor: null })
  const lines = await linesOf('alert', 'history')
  expect(lines[1]).toMatch(/ fires +OrdersQueueLong /)
  expect(lines[2]).toMatch(/ (1m|60s|59s) +OrdersQueueLong +high +orders +– +731 orders wait$/)
})

it('rules are shown with their value, and what is wrong with one obeys nothing', async () => {
  scene.api.on('GET /v1/rules', { rules: [failing, rule], nextCursor: null })
  const lines = await linesOf('rule', 'list')
  expect(lines[1]).toMatch(
    /^jobs-stuck +inactive +2h 30m +– +>= 1 +It gave 2 columns\. \(not_one_number, 5h\)$/,
  )
  expect(lines[2]).toMatch(/^orders-queue-long +firing +2h 30m +731\.25 +avg over 5m > 500 for 2m$/)
  expect(lines.at(-1)).toBe('npx paramedic alert list')
})

it.each([
  [['alert', 'list'], 'GET /v1/alerts/active?limit=200', { alerts: [] }, 'No alert fires.'],
  [['alert', 'history'], 'GET /v1/alerts/history?limit=50', { alerts: [] }, 'No alert has fired yet.'],
  [['rule', 'list'], 'GET /v1/rules', { rules: [] }, 'There are no rules'],
])('%j says so when there is nothing, and --json stays JSON', async (args, asked, answer, says) => {
  scene.api.on(asked, { ...answer, nextCursor: null })
  expect((await linesOf(...args))[0]).toContain(says)
  const { stdout } = await runParamedic([...args, '--json'], { env: scene.env })
  expect(JSON.parse(stdout)).toEqual({ ...answer, nextCursor: null })
})
