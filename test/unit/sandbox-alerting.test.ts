import { describe, expect, it } from 'vitest'
import {
  afterDelivery,
  clearForMs,
  notificationDue,
  observe,
  repeatEveryMs,
  type AlertState,
} from '../../embedded/sandbox/alerting/alert-state.ts'
import {
  fingerprintOf,
  type AlertmanagerPayload,
} from '../../embedded/sandbox/alerting/alertmanager-payload.ts'
import { createNotifier, type DeliveryResult } from '../../embedded/sandbox/alerting/notifier.ts'
import { alertRules } from '../../embedded/sandbox/alerting/rules.ts'
import { parseUnlabelled } from '../../embedded/sandbox/alerting/scrape.ts'

const forMs = 3_000

/** One sample a second from second 0: `1` holds, `0` is clear, `.` is no data. */
function after(samples: string, from: AlertState = {}, firstSecond = 0): AlertState {
  return samples.split('').reduce((state, sample, index) => {
    const holds = sample === '.' ? undefined : sample === '1'
    return observe(state, holds, (firstSecond + index) * 1000, forMs)
  }, from)
}

describe('an alert of the sandbox', () => {
  it.each<[string, number | undefined, string]>([
    ['111', undefined, 'has not held long enough'],
    ['1111', 3_000, 'has held for three seconds'],
    ['1101111', 6_000, 'starts over when the condition clears'],
    ['11.1111', 6_000, 'starts over when there is no data'],
    ['....', undefined, 'is not started by silence'],
  ])('%s fires at %s: it %s', (samples, startsAt) => {
    expect(after(samples).alert?.startsAt).toBe(startsAt)
  })

  it.each<[string, number | undefined, string]>([
    ['1111' + '00000', undefined, 'is not clear long enough'],
    ['1111' + '000000', 9_000, 'is over after five clear seconds'],
    ['1111' + '00010000', undefined, 'goes on when the condition returns'],
    ['1111' + '000.0000', undefined, 'is not ended by silence'],
    ['1111' + '..........', undefined, 'keeps firing while nothing answers'],
  ])('%s ends at %s: it %s', (samples, endsAt) => {
    expect(after(samples).alert).toEqual({ startsAt: 3_000, ...(endsAt === undefined ? {} : { endsAt }) })
  })

  it('is told once, repeated, and resolved once', () => {
    const firing = after('1111')
    const first = notificationDue(firing, 3_000)
    expect(first).toEqual({ status: 'firing', startsAt: 3_000 })
    const told = afterDelivery(firing, first ?? expect.fail(), 3_000)
    expect(notificationDue(told, 3_000 + repeatEveryMs - 1)).toBeUndefined()
    expect(notificationDue(told, 3_000 + repeatEveryMs)).toEqual(first)
    const over = after('000000', told, 4)
    const last = notificationDue(over, 9_000)
    expect(last).toEqual({ status: 'resolved', startsAt: 3_000, endsAt: 4_000 + clearForMs })
    expect(afterDelivery(over, last ?? expect.fail(), 9_000)).toEqual({})
  })

  it('is a new alert when it fires again, whose delivery an old answer cannot settle', () => {
    const again = after('1111', after('1111000000'), 10)
    expect(again.alert).toEqual({ startsAt: 13_000 })
    expect(afterDelivery(again, { status: 'resolved', startsAt: 3_000, endsAt: 9_000 }, 14_000)).toBe(again)
  })
})

describe('the notifier', () => {
  const [rule] = alertRules
  if (rule === undefined) throw new Error('there are rules')

  /** Every half second from 3 s on, answers in turn; returns the times at which something was sent. */
  async function sendTimes(answers: DeliveryResult[], untilMs: number): Promise<number[]> {
    const times: number[] = []
    let state = after('1111')
    let at = 0
    const notifier = createNotifier({
      rule: rule ?? expect.fail(),
      shopUrl: 'http://127.0.0.1:1',
      deliver: async (_payload: AlertmanagerPayload) => {
        times.push(at)
        return answers[times.length - 1] ?? { is: 'taken' }
      },
      state: { get: () => state, set: next => (state = next) },
      log: () => undefined,
    })
    for (at = 3_000; at <= untilMs; at += 500) await notifier.sendDue(at)
    return times
  }

  it.each<[string, DeliveryResult[], number[]]>([
    ['sends again only after the repeat interval once it is taken', [], [3_000, 18_000]],
    [
      'backs off after 5xx and refused connections',
      Array.from({ length: 3 }, () => ({ is: 'failed', reason: 'HTTP 503' }) as const),
      [3_000, 3_500, 4_500, 6_000],
    ],
    [
      'does not retry a 4xx before the next interval',
      [{ is: 'refused', reason: 'HTTP 401' }],
      [3_000, 18_000],
    ],
  ])('%s', async (_title, answers, times) => {
    expect(await sendTimes(answers, 18_000)).toEqual(times)
  })
})

describe('what goes over the wire', () => {
  // Expected values: prometheus/common, model/signature_test.go, TestLabelsToSignature.
  it.each([
    [{}, 'cbf29ce484222325'],
    [{ name: 'garland, briggs', fear: 'love is not enough' }, '507a62d79ee76c9a'],
  ])('the fingerprint of %j is %s', (labels, fingerprint) => {
    expect(fingerprintOf(labels)).toBe(fingerprint)
  })

  it('the fingerprint does not depend on the order of labels', () => {
    expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }))
  })

  it('reads the samples without labels of a scrape', () => {
    const text = '# HELP a b\na 1.5\nb{x="1"} 2\nc +Inf\nd 4 1700000000\n'
    expect(Object.fromEntries(parseUnlabelled(text))).toEqual({ a: 1.5, d: 4 })
  })
})
