/**
 * Goal: alerts that arrive while Temporal is away are accepted, numbered, and become workflows when it is back. Method: its
 * server is killed for ten seconds; a real api and a real worker go on. A whole minute is played in test/full.
 */
import { test } from 'vitest'
import { playTemporalOutage } from '../support/temporal-outage.ts'

test('ten seconds without Temporal: every delivery is a 202, every incident has its number, and none is lost', async () => {
  await playTemporalOutage(10_000)
}, 150_000)
