import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createRoutineStarter } from '../../intake/begin-routines.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import { createInForceReader } from '../../store/runbooks-in-force.ts'
import { type ApiUnderTest, startApi } from '../support/api-under-test.ts'

const now = Date.parse('2026-03-02T04:05:00Z')
let api: ApiUnderTest
beforeAll(async () => void (api = await startApi(inject('postgresUrl'), { clock: () => now })))
afterAll(() => api.close())

const hour = 3_600_000

test('a routine has its next times, and what became of the last', async () => {
  const { pool } = api.database
  const text = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: hourly, title: Every hour, owner: platform }
schedule: { cron: '0 * * * *', zone: UTC, window: 1h, system: shop, environment: production }
triage: { severity: [ { is: SEV4 } ] }
escalate: [ { after: 0m, page: [on-call] } ]
`
  const parsed = parseRunbook(text, 'hourly.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const { runbook, hash } = parsed
  await changeInForce(pool, { way: 'sync', by: 'ana', atMs: now - 2 * hour }, () => ({
    inForce: [{ runbook, hash, file: 'hourly.yaml', source: text }],
    heldBack: [],
  }))
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  await createRoutineStarter(pool, { runbooks: createInForceReader(), targets: [], log }).pass(now)

  const { body } = await api.call('viewer', 'GET', '/v1/routines')
  const [routine] = body.routines
  expect(routine).toMatchObject({ name: 'hourly', cron: '0 * * * *', zone: 'UTC', windowMs: hour })
  const next = Math.ceil(now / hour) * hour
  expect(routine.next.map((text: string) => Date.parse(text))).toEqual([next, next + hour, next + 2 * hour])
  expect(routine.last).toMatchObject([
    { dueAt: new Date(next - hour).toISOString(), state: 'opened', because: null },
    { state: 'missed', incident: null },
  ])
  const { body: shown } = await api.call('viewer', 'GET', `/v1/incidents/${routine.last[0].incident}`)
  expect(shown).toMatchObject({
    routine: {
      dueAt: routine.last[0].dueAt,
      closesAt: new Date(next).toISOString(),
      needsPeopleSince: null,
    },
    nextPage: null,
  })
})
