import { expect, test } from 'vitest'
import type { IncomingAlert } from '../../contracts/alert.ts'
import { genericSource } from '../../integrations/generic-source.ts'

const receipt = { source: 'cron', atMs: Date.parse('2026-03-01T12:00:00Z') }

test('a title is enough', () => {
  expect(only({ title: 'Backup failed' })).toEqual({
    dedupKey: expect.stringMatching(/^cron\/title\/[0-9a-f]{32}$/),
    alertKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    status: 'firing',
    name: 'Backup failed',
    labels: { alertname: 'Backup failed' },
    annotations: { summary: 'Backup failed' },
    startsAtMs: receipt.atMs,
  })
})

test('every field finds its place', () => {
  const alert = only({
    dedup_key: 'backup/shop',
    title: 'Backup failed',
    status: 'resolved',
    system: 'shop',
    environment: 'production',
    severity: 'critical',
    labels: { alertname: 'BackupFailed', disk: 'sda' },
    annotations: { description: 'No space left' },
    starts_at: '2026-03-01T03:00:00Z',
    ends_at: '2026-03-01T04:00:00Z',
  })
  expect(alert).toMatchObject({
    status: 'resolved',
    name: 'BackupFailed',
    labels: {
      alertname: 'BackupFailed',
      disk: 'sda',
      system: 'shop',
      environment: 'production',
      severity: 'critical',
    },
    annotations: { summary: 'Backup failed', description: 'No space left' },
    startsAtMs: Date.parse('2026-03-01T03:00:00Z'),
    endsAtMs: Date.parse('2026-03-01T04:00:00Z'),
  })
})

test('the dedup key is the identity, whatever else a resolve says or leaves out', () => {
  const fired = only({ dedup_key: 'k', title: 'A', labels: { disk: 'sda' } })
  const resolved = only({ dedup_key: 'k', title: 'B', status: 'resolved' })
  expect([resolved.dedupKey, resolved.alertKey]).toEqual([fired.dedupKey, fired.alertKey])
})

test.each(['', ' ', '\t\n', '\u200b\u2028'])('a title of %j is none', title => {
  expect(genericSource.parse({ title }, receipt)).toEqual({
    problem: expect.stringMatching(/title.*must not be blank/),
  })
})

test.each([
  ['the same title, system and environment', { system: 'shop', severity: 'high' }, true],
  ['another system', { system: 'bank' }, false],
  ['another environment', { system: 'shop', environment: 'test' }, false],
])('without one, %s', (_title, fields, isSame) => {
  const first = only({ title: 'A', system: 'shop' })
  expect(only({ title: 'A', ...fields }).dedupKey === first.dedupKey).toBe(isSame)
})

test('several alerts come as a list', () => {
  const parsed = genericSource.parse({ alerts: [{ title: 'A' }, { title: 'B' }] }, receipt)
  expect('alerts' in parsed && parsed.alerts.map(({ name }) => name)).toEqual(['A', 'B'])
})

test.each([
  ['no title', { system: 'shop' }, 'title: '],
  ['a misspelt field', { title: 'A', sytem: 'shop' }, 'body: Unrecognized key: "sytem"'],
  ['a misspelt field in a list', { alerts: [{ title: 'A', sytem: 'shop' }] }, 'alerts.0: '],
  ['something beside the list', { alerts: [{ title: 'A' }], title: 'A' }, 'body: '],
  ['an empty list', { alerts: [] }, 'alerts: '],
  ['an empty title', { title: '' }, 'title: '],
  ['a text', 'A', 'body: '],
])('%s is refused with the place', (_title, body, problem) => {
  const parsed = genericSource.parse(body, receipt)
  expect('problem' in parsed && parsed.problem.startsWith(problem)).toBe(true)
})

function only(body: unknown): IncomingAlert {
  const parsed = genericSource.parse(body, receipt)
  if ('problem' in parsed) throw new Error(parsed.problem)
  expect(parsed.alerts).toHaveLength(1)
  return parsed.alerts[0]!
}
