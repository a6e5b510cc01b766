import { describe, expect, test } from 'vitest'
import type { IncomingAlert } from '../../contracts/alert.ts'
import { limits } from '../../contracts/limits.ts'
import { alertmanagerSource } from '../../integrations/alertmanager-source.ts'

const receipt = { source: 'am', atMs: Date.parse('2026-03-01T12:00:00Z') }

/** What Alertmanager 0.34 sends. */
const golden = {
  version: '4',
  groupKey: '{}/{team="shop"}:{alertname="ShopDown"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'paramedic',
  notification_reason: 'first notification',
  groupLabels: { alertname: 'ShopDown' },
  commonLabels: { alertname: 'ShopDown' },
  commonAnnotations: {},
  routeLabels: { team: 'shop' },
  externalURL: 'http://am:9093',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'ShopDown', severity: 'critical', system: 'shop', instance: 'shop-1' },
      annotations: { summary: 'The shop does not answer' },
      startsAt: '2026-03-01T11:59:30.123456789Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prom/graph',
      fingerprint: '791cec13fcba0368',
    },
  ],
}

test('reads what Alertmanager sends', () => {
  expect(parse(golden)).toEqual({
    alerts: [
      {
        dedupKey: 'am/group/14dfed013331934a92eeae0e5b6a5a04',
        alertKey: expect.stringMatching(/^[0-9a-f]{64}$/),
        status: 'firing',
        name: 'ShopDown',
        labels: golden.alerts[0]!.labels,
        annotations: golden.alerts[0]!.annotations,
        startsAtMs: Date.parse('2026-03-01T11:59:30.123Z'),
      },
    ],
    truncatedAlerts: 0,
  })
})

describe('takes what other and older senders leave out', () => {
  test.each([
    [
      'only what is required',
      { alerts: [{ status: 'firing', labels: { alertname: 'X' }, startsAt: '2026-03-01T11:00:00Z' }] },
    ],
    [
      'no fingerprint, no annotations',
      { ...golden, alerts: [without(golden.alerts[0]!, 'fingerprint', 'annotations')] },
    ],
    [
      'nulls for maps that are empty in Go',
      { ...golden, groupLabels: null, alerts: [{ ...golden.alerts[0], annotations: null }] },
    ],
    ['keys nobody knows yet', { ...golden, mood: 'calm', alerts: [{ ...golden.alerts[0], mood: 'calm' }] }],
  ])('%s', (_title, body) => {
    expect(parse(body).alerts).toHaveLength(1)
  })

  test('without a group key the labels grouped by are the identity', () => {
    const [one, other] = [{ job: 'a' }, { job: 'b' }].map(groupLabels =>
      only({ ...without(golden, 'groupKey'), groupLabels }),
    )
    expect(one!.dedupKey).not.toBe(other!.dedupKey)
    expect(only({ ...without(golden, 'groupKey'), groupLabels: { job: 'a' } }).dedupKey).toBe(one!.dedupKey)
  })
})

test('the group, its receiver and its status say nothing of an alert', () => {
  const resolvedGroup = { ...golden, status: 'resolved', receiver: 'other', truncatedAlerts: 3 }
  expect(parse(resolvedGroup)).toEqual({ ...parse(golden), truncatedAlerts: 3 })
})

describe('two reports are the same alert', () => {
  const alertKey = only(golden).alertKey
  const labels = golden.alerts[0]!.labels
  test.each([
    ['from twins', { ...labels, prometheus_replica: 'b', replica: '1', __replica__: 'x' }],
    ['in another order', Object.fromEntries(Object.entries(labels).toReversed())],
  ])('%s', (_title, sent) => {
    expect(only(withLabels(sent)).alertKey).toBe(alertKey)
  })
  test.each([
    ['another value', { ...labels, instance: 'shop-2' }],
    ['a label more', { ...labels, zone: 'a' }],
  ])('but not with %s', (_title, sent) => {
    expect(only(withLabels(sent)).alertKey).not.toBe(alertKey)
  })
  test('and values that differ only behind the cut are two alerts', () => {
    const keys = ['1', '2'].map(
      end => only(withLabels({ alertname: 'X', long: 'x'.repeat(9_000) + end })).alertKey,
    )
    expect(keys[0]).not.toBe(keys[1])
  })
  test('nor from another source', () => {
    const parsed = alertmanagerSource.parse(golden, { ...receipt, source: 'am-2' })
    expect('alerts' in parsed && parsed.alerts[0]!.alertKey).not.toBe(alertKey)
  })
})

describe('times', () => {
  test.each([
    ['a resolved alert has its end', 'resolved', '2026-03-01T11:59:59Z', Date.parse('2026-03-01T11:59:59Z')],
    ['the zero time is no end', 'resolved', '0001-01-01T00:00:00Z', undefined],
    ['a firing alert has none, whatever it says', 'firing', '2026-03-01T12:04:00Z', undefined],
  ])('%s', (_title, status, endsAt, endsAtMs) => {
    expect(only({ ...golden, alerts: [{ ...golden.alerts[0], status, endsAt }] }).endsAtMs).toBe(endsAtMs)
  })
  test('a start that was never set is when it arrived', () => {
    expect(
      only({ ...golden, alerts: [{ ...golden.alerts[0], startsAt: '0001-01-01T00:00:00Z' }] }).startsAtMs,
    ).toBe(receipt.atMs)
  })
  test('an offset is respected', () => {
    expect(
      only({ ...golden, alerts: [{ ...golden.alerts[0], startsAt: '2026-03-01T13:00:00+02:00' }] })
        .startsAtMs,
    ).toBe(Date.parse('2026-03-01T11:00:00Z'))
  })
})

describe('hostile labels lose nothing and break nothing', () => {
  test('NUL and half surrogate pairs become U+FFFD', () => {
    expect(only(withLabels({ alertname: 'a\0b', instance: 'x\ud800y' })).labels).toEqual({
      alertname: 'a\u{fffd}b',
      instance: 'x\u{fffd}y',
    })
  })
  test('`__proto__` and `constructor` are names like any other', () => {
    const labels = JSON.parse('{"alertname":"X","__proto__":"evil","constructor":"c"}') as Record<
      string,
      string
    >
    const parsed = only(withLabels(labels))
    expect(JSON.parse(JSON.stringify(parsed.labels))).toEqual(labels)
    expect(parsed.labels['toString']).toBeUndefined()
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined()
  })
  test('UTF-8 label names stay', () => {
    expect(only(withLabels({ alertname: 'X', 'сервис.имя': 'магазин' })).labels).toEqual({
      alertname: 'X',
      'сервис.имя': 'магазин',
    })
  })
  test('long values and names are cut visibly', () => {
    const { labels } = only(
      withLabels({ alertname: 'X', long: '😀'.repeat(50_000), ['n'.repeat(1_000)]: 'v' }),
    )
    expect(labels['long']).toHaveLength(limits.labelValueLength)
    expect(labels['long']).toMatch(/… \[cut from 100000 characters\]$/)
    expect(labels['long']!.isWellFormed()).toBe(true)
    expect(Object.keys(labels).every(name => name.length <= limits.labelNameLength)).toBe(true)
  })
  test('of too many labels the ones we work with stay', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, 'x']))
    const { labels } = only(withLabels({ ...many, system: 'shop', severity: 'critical', alertname: 'X' }))
    expect(Object.keys(labels)).toHaveLength(limits.labelsPerAlert)
    expect(labels).toMatchObject({
      system: 'shop',
      severity: 'critical',
      alertname: 'X',
      paramedic_labels_left_out: '40',
    })
  })
  test('numbers, booleans and null are taken as text', () => {
    expect(only(withLabels({ alertname: 'X', port: 80, up: false, none: null })).labels).toEqual({
      alertname: 'X',
      port: '80',
      up: 'false',
      none: '',
    })
  })
})

test.each([
  ['null', null, 'body'],
  ['an array', [], 'body'],
  ['no alerts', { alerts: [] }, 'alerts'],
  ['a status nobody knows', { alerts: [{ ...golden.alerts[0], status: 'odd' }] }, 'alerts.0.status'],
  ['no labels', { alerts: [without(golden.alerts[0]!, 'labels')] }, 'alerts.0.labels'],
  ['labels that are a list', { alerts: [{ ...golden.alerts[0], labels: ['x'] }] }, 'alerts.0.labels'],
  [
    'a label that is an object',
    { alerts: [{ ...golden.alerts[0], labels: { a: {} } }] },
    'alerts.0.labels.a',
  ],
  [
    'a start that is no time',
    { alerts: [{ ...golden.alerts[0], startsAt: 'yesterday' }] },
    'alerts.0.startsAt',
  ],
  ['a delivery of ours that is none', { title: 'generic' }, 'alerts'],
])('%s is refused with the place', (_title, body, place) => {
  const parsed = alertmanagerSource.parse(body, receipt)
  expect('problem' in parsed && parsed.problem).toMatch(new RegExp(`^${place.replaceAll('.', '\\.')}: `))
})

function parse(body: unknown): { alerts: IncomingAlert[]; truncatedAlerts: number } {
  const parsed = alertmanagerSource.parse(body, receipt)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

function only(body: unknown): IncomingAlert {
  const { alerts } = parse(body)
  expect(alerts).toHaveLength(1)
  return alerts[0]!
}

function withLabels(labels: Record<string, unknown>): unknown {
  return { ...golden, alerts: [{ ...golden.alerts[0], labels }] }
}

function without(whole: object, ...names: string[]): object {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)))
}
