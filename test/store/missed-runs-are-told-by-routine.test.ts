import { expect, test } from 'vitest'
import { inTransaction } from '../../store/database.ts'
import { saveRun } from '../../store/routines.ts'
import { findStuck } from '../../store/waiting-work.ts'
import { emptyRunbook } from '../support/incidents.ts'
import { saveRunbookVersion } from '../support/runbook-version.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const hour = 3_600_000
const monday = Date.parse('2026-03-02T04:00:00Z')

test('a routine that missed each hour of a weekend is one line, and what another one missed on Monday is seen', async () => {
  const { pool } = sides
  await saveRunbookVersion(pool, { hash: 'h', runbook: emptyRunbook, source: 'a runbook' })
  const miss = (runbook: string, dueAtMs: number, because: string) =>
    inTransaction(pool, tx =>
      saveRun(tx, { runbook, runbookHash: 'h', dueAtMs, decidedAtMs: dueAtMs }, { because }),
    )
  for (let hours = 48; hours > 0; hours -= 1)
    await miss('hourly', monday - hours * hour, hours === 1 ? 'its run before is still open' : 'no worker')
  await miss('backup', monday, 'no worker')
  const stuck = (await findStuck(pool, monday + hour)).filter(({ kind }) => kind === 'missed-routine')
  expect(stuck.map(({ subject, sinceMs }) => [subject, sinceMs / hour])).toEqual([
    ['hourly of 2026-03-02 03:00 UTC (its run before is still open), 48 times since 2026-02-28 04:00 UTC', 2],
    ['backup of 2026-03-02 04:00 UTC (no worker)', 1],
  ])
})
