/** Goal: the same as test/faults/temporal-down.test.ts, for as long as a restart of a whole cluster takes. */
import { test } from 'vitest'
import { playTemporalOutage } from '../support/temporal-outage.ts'

test('a minute without Temporal: every delivery is a 202, every incident has its number, and none is lost', async () => {
  await playTemporalOutage(60_000)
}, 240_000)
