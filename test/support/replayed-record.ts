import { expect } from 'vitest'
import { listHistories } from '../../store/archives.ts'
import { readTimeline } from '../../store/audit-log.ts'
import type { Pool } from '../../store/database.ts'
import { startAuditor } from './auditor.ts'
import { eventually } from './incident-harness.ts'

/** What the histories of a closed incident decided has its entry, and today's code decides the same; resolves with their number. */
export async function expectReplayAgrees(pool: Pool, number: string): Promise<number> {
  await eventually(
    async () => (await readTimeline(pool, number)).some(({ kind }) => kind === 'history.archived'),
    60_000,
  )
  const auditor = await startAuditor(pool)
  const replay = await auditor.paramedic('incident', 'replay', number, '--json')
  expect(JSON.parse(replay.stdout)).toMatchObject({
    agrees: true,
    divergences: [],
    compared: { disagreements: [] },
  })
  return (await listHistories(pool, number)).length
}
