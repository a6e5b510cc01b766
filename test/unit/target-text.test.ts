import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeSession } from '../../activities/targets/postgres/idle-sessions.ts'
import { printable } from '../../activities/targets/printable.ts'
import { answerOf } from '../../activities/targets/redaction.ts'
import { patternOf } from '../../activities/targets/redis/keys-under-prefix.ts'
import { Secret } from '../../contracts/secret.ts'

describe('text of a target', () => {
  it('is one short line that moves no cursor and turns no direction', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, limit) => {
        const shown = printable(text, limit)
        expect(Array.from(shown).length).toBeLessThanOrEqual(limit)
        expect(shown.isWellFormed()).toBe(true)
        expect(shown).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u)
      }),
    )
    expect(printable('naïve 漢字 👩‍🚒', 40)).toBe('naïve 漢字 👩?🚒')
    expect(printable('abcdef', 4)).toBe('abc…')
    expect(printable('cache:\u00ad1\u{e0041}', 40)).toBe('cache:?1?')
  })

  it('names a session by cleaned, clipped names', () => {
    const session = {
      pid: 7,
      backendStart: '',
      role: 'sh\u001b[2Jop',
      database: 'x'.repeat(100),
      application: '\u202e',
      address: '::1',
      idleSeconds: 42.9,
    }
    expect(describeSession(session)).toBe(`pid 7 sh?[2Jop@${'x'.repeat(62)}… idle 42 s from ::1 (?)`)
  })
})

describe('the answer in an error', () => {
  it.each([
    ['postgresql://medic:canary%2Fp@db/shop', 'refused canary/p and canary%2Fp'],
    ['postgresql://db/shop?user=medic&password=canary%2Fp', 'refused canary/p'],
    ['redis://:canary@db', 'bad URL redis://:canary@db'],
    ['redis://:canary%zz@db', 'refused canary%zz'],
  ])('of %s shows no password', (url, text) => {
    expect(answerOf(new Error(text), new Secret(url))).not.toContain('canary')
  })

  it('names every address that was tried', () => {
    const error = new AggregateError([
      new Error('connect ECONNREFUSED ::1:5432'),
      new Error('connect ECONNREFUSED 127.0.0.1:5432'),
    ])
    expect(answerOf(error, new Secret('postgresql://db'))).toBe(
      'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432',
    )
  })
})

describe('the pattern of a literal prefix', () => {
  it.each([
    ['cache:', 'cache:*'],
    ['a*b?c[d]e\\f^g-', 'a\\*b\\?c\\[d\\]e\\\\f^g-*'],
  ])('%j: %j', (prefix, pattern) => {
    expect(patternOf(prefix)).toBe(pattern)
  })
})

/** Any UTF-16 code units, unpaired surrogates and all. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map(units => String.fromCharCode(...units))
