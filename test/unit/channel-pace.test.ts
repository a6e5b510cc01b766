import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bucket, filled, untilTokenMs } from '../../store/channel-pace.ts'

test('whenever messages want to go, no minute has more than twelve and none waits more than ten seconds for the next token', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, waits => {
      let bucket: Bucket = { tokens: 6, atMs: 0 }
      let atMs = 0
      const sentAt: number[] = []
      for (const gap of waits) {
        atMs += gap
        bucket = filled(bucket, atMs)
        const waitMs = untilTokenMs(bucket)
        expect(waitMs).toBeLessThanOrEqual(10_000)
        if (waitMs > 0) continue
        sentAt.push(atMs)
        bucket = { ...bucket, tokens: bucket.tokens - 1 }
      }
      for (const from of sentAt)
        expect(sentAt.filter(at => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(12)
    }),
  )
})

test('a clock that is behind adds nothing and takes nothing', () => {
  expect(filled({ tokens: 2, atMs: 60_000 }, 5_000)).toEqual({ tokens: 2, atMs: 60_000 })
})
