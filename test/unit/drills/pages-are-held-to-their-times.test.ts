import { expect, test } from 'vitest'
import { after, page, stepEnded, told } from '../../support/happenings.ts'
import { type HeldCase, minutes, saidOf } from '../../support/held-cases.ts'

const rows: HeldCase[] = [
  {
    when: 'all pages went out, in any order of names',
    expects: { pages: [{ atMs: minutes(15), to: ['senior', 'on-call'] }] },
    happens: { pages: [page('15m', 'on-call', 'senior')] },
    says: [],
  },
  {
    when: 'a page is missing',
    expects: {
      pages: [
        { atMs: 0, to: ['on-call'] },
        { atMs: minutes(15), to: ['on-call', 'senior'] },
      ],
    },
    happens: { pages: [page('0s', 'on-call')] },
    says: ['expect.pages.1: the page to on-call and senior at 15m did not go out'],
  },
  {
    when: 'nobody expected a page',
    expects: { pages: [{ atMs: 0, to: ['on-call'] }] },
    happens: { pages: [page('0s', 'on-call'), { ...page('1h', 'cto'), level: 2 }] },
    says: ['expect.pages: nobody expected the page to cto at 1h (escalate: after 1h, unless resolved)'],
  },
  {
    when: 'a page is late',
    expects: { pages: [{ atMs: minutes(30), to: ['senior'] }] },
    happens: { pages: [page('31m', 'senior')] },
    says: ['expect.pages.0: the page to senior went out at 31m, expected at 30m'],
  },
  {
    when: 'a page went to somebody else',
    expects: { pages: [{ atMs: minutes(30), to: ['senior'] }] },
    happens: { pages: [page('30m', 'on-call')] },
    says: ['expect.pages.0: the page to on-call at 30m was expected to go to senior'],
  },
  {
    when: 'two pages of one moment came the other way round',
    expects: {
      pages: [
        { atMs: 0, to: ['on-call'] },
        { atMs: 0, to: ['senior'] },
      ],
    },
    happens: { pages: [page('0s', 'senior'), page('0s', 'on-call')] },
    says: [],
  },
  {
    when: 'people are told something else',
    expects: {
      told: [
        { event: 'opened', to: ['support'] },
        { event: 'resolved', to: ['support'], atMs: minutes(9) },
      ],
    },
    happens: { told: [told('0s', 'opened', 'support', 'cto'), told('5m', 'update', 'support')] },
    says: [
      'expect.told.0: the news of opened to support and cto at 0s was expected to go to support',
      'expect.told: nobody expected the news of update to support at 5m',
      'expect.told.1: the news of resolved to support at 9m was not told',
    ],
  },
  {
    when: 'people are told in another order',
    expects: {
      told: [
        { event: 'opened', to: ['support'] },
        { event: 'severity', to: ['support'] },
      ],
    },
    happens: { told: [told('0s', 'severity', 'support'), told('5m', 'opened', 'support')] },
    says: [
      'expect.told.1: the news of severity to support came before the news of opened to support, expected after it',
    ],
  },
  {
    when: 'the machine was slow',
    expects: {
      pages: [{ atMs: minutes(15), to: ['on-call'] }],
      steps: { 'end-idle': { is: 'expired', atMs: minutes(16) } },
    },
    happens: {
      pages: [page(after('15m 3s', '3s'), 'on-call')],
      timeline: [stepEnded(after('16m 4s', '3900ms'), 'end-idle', 'expired')],
    },
    says: [],
  },
  {
    when: 'it was later than the machine can be blamed for',
    expects: { pages: [{ atMs: minutes(15), to: ['on-call'] }] },
    happens: { pages: [page(after('15m 4s', '3s'), 'on-call')] },
    says: ['expect.pages.0: the page to on-call went out at 15m 01s, expected at 15m'],
  },
]

test.each(rows)('when $when', ({ expects, happens, says }) => {
  expect(saidOf(expects, happens)).toEqual(says)
})
