/**
 * Goal: whatever moment the archiving of a closed incident is interrupted in, there is one copy of its history in the end, and it is the
 * one whose hash was chained. Method: a real worker stops itself at each statement of the archive in turn; there it is killed, or its
 * database connections are cut and it goes on. Whatever was left is finished by the workers that come after.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import type { Child, Fault } from '../support/child-process.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'
import { verifyStored } from '../support/stored-record.ts'

// What a killed worker had taken is given to another after a minute.
vi.setConfig({ testTimeout: 300_000 })

/** For alerts named `Brief...`: over as soon as they are resolved. */
const brief = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: brief, title: Brief, owner: test }
match: alert.labels.alertname.startsWith("Brief")
priority: 1
triage: { severity: [ { is: SEV4 } ] }
hold: 100ms
escalate:
  - { after: 1h, page: [on-call] }
`

const copy = 'insert into history_archive'
const moments: Record<string, Fault> = {
  'before the copy': { pause: copy },
  'after the copy': { pause: copy, when: 'after' },
  'before its entry': { pause: 'select audit_append', within: copy },
  'after its entry': { pause: 'select audit_append', within: copy, when: 'after' },
  'before the commit': { pause: 'commit', within: copy },
}
const afterCommit: Fault = { pause: 'commit', within: copy, when: 'after' }

test('killed at each statement, and after the commit that nobody heard of', async () => {
  const world = await startWorld({ runbooks: [brief] })
  const numbers: string[] = []
  for (const fault of [...Object.values(moments), afterCommit]) {
    const { worker, number } = await pausedAt(world, fault, numbers)
    numbers.push(number)
    await worker.kill()
  }
  world.startWorker()
  await expectOneCopyOfEach(world, numbers)
})

test('its database gone at each statement', async () => {
  const world = await startWorld({ runbooks: [brief] })
  const numbers: string[] = []
  for (const fault of Object.values(moments)) {
    const { worker, number } = await pausedAt(world, fault, numbers)
    numbers.push(number)
    expect(await cutOthers(world)).toBeGreaterThan(0)
    worker.signal('SIGCONT')
    await archived(world, number)
    worker.signal('SIGTERM')
    await worker.ended
  }
  world.startWorker()
  await expectOneCopyOfEach(world, numbers)
})

/** A worker that has stopped itself while it archived an incident, which is not one of those before. */
async function pausedAt(
  world: World,
  fault: Fault,
  before: readonly string[],
): Promise<{ worker: Child; number: string }> {
  const worker = world.startWorker(fault)
  await worker.says('worker ready')
  const alert = `Brief${before.length}`
  await world.fire(alert)
  const number = await eventually(async () => {
    const { rows } = await world.pool.query<{ number: string }>(
      'select number from incident where number <> all($1)',
      [before],
    )
    return rows[0]?.number
  })
  await world.resolveAlert(alert)
  await worker.says('process paused')
  return { worker, number }
}

/** Ends every connection to the database but ours; returns how many. */
async function cutOthers({ pool }: World): Promise<number> {
  const { rowCount } = await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name <> current_setting('application_name')`,
  )
  return rowCount ?? 0
}

async function archived(world: World, number: string): Promise<void> {
  await eventually(async () => (await world.entries(number, 'postmortem.drafted')).length === 1, 150_000)
}

async function expectOneCopyOfEach(world: World, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) {
    // The workflow goes on to the post-mortem when the archive has been answered for.
    await archived(world, number)
    const entries = await world.entries(number, 'history.archived')
    expect(entries.map(({ runs }) => runs.length)).toEqual([1])
    const { rows } = await world.pool.query<{ file: Buffer; sha256: string }>(
      'select history_gzip as file, sha256 from history_archive where incident = $1',
      [number],
    )
    expect(rows).toHaveLength(1)
    const hash = createHash('sha256').update(gunzipSync(rows[0]!.file)).digest('hex')
    expect([rows[0]!.sha256, entries[0]!.runs[0]!.sha256]).toEqual([hash, hash])
  }
  const { chainFaults, rowFaults } = await verifyStored(world.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
}
