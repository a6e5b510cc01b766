/**
 * Goal: an incident whose worker was killed in the middle of it agrees with the audit log, and today's code is told apart from
 * altered code. Method: a real worker stops itself at a statement and is killed there, another one goes on; then the real
 * program replays what was archived, once as it is and once from a copy of the project with one changed line.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Judged } from '../../cli/replay/judge.ts'
import { type Auditor, startAuditor } from '../support/auditor.ts'
import { type Finished, runParamedicOf } from '../cli/support/run-paramedic.ts'
import { eventually } from '../support/incident-harness.ts'
import { startWorld, type World } from '../support/real-world.ts'

vi.setConfig({ testTimeout: 240_000 })

describe.each([
  ['before the claim', 'insert into claim (incident, step, attempt, action'],
  ['between claim and effect', 'select is_on, changed_at'],
  ['between effect and outcome', 'update claim set outcome'],
  ['in the middle of a decision it records', 'update incident set phase'],
])('killed %s', (_, pause) => {
  test('replay and verify agree', async () => {
    const { world, number } = await killedAt(pause)
    const auditor = await startAuditor(world.pool)
    const replay = await auditor.paramedic('incident', 'replay', number, '--json')
    const judged = JSON.parse(replay.stdout) as Judged
    expect(judged).toMatchObject({ agrees: true, divergences: [], compared: { disagreements: [] } })
    expect(replay.exitCode).toBe(0)
    expect(await auditor.paramedic('audit', 'verify')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Nothing is wrong.'),
    })
  })
})

test('altered code is told apart: where it takes another step, and where it tells the same step something else', async () => {
  const { world, number } = await killedAt('update claim set outcome')
  const auditor = await startAuditor(world.pool)
  for (const { differsIn, file, before, after } of alterations) {
    const project = alteredProject(file, before, after)
    const { exitCode, stdout } = await replayFrom(project, auditor, number, '--json')
    const { divergences, agrees, compared } = JSON.parse(stdout) as Judged
    expect({ exitCode, agrees }).toEqual({ exitCode: 1, agrees: false })
    expect(compared!.disagreements).toEqual([])
    expect(divergences).toMatchObject([{ differsIn, eventId: expect.any(Number) }])
    expect(divergences[0]!.eventId).toBeGreaterThan(1)
    const told = await replayFrom(project, auditor, number)
    expect(told.stdout).toContain(`DIVERGES at event ${divergences[0]!.eventId} of run`)
    expect(told.stdout).toContain(`${number} does NOT agree`)
  }
})

const alterations = [
  {
    differsIn: 'path',
    file: 'workflows/triage.ts',
    before: "life.enter('triage')",
    after: "life.enter('triage')\n  await life.record()",
  },
  {
    differsIn: 'arguments',
    file: 'language/assess.ts',
    before: "'no stronger rule holds'",
    after: "'nothing stronger holds'",
  },
]

async function killedAt(pause: string): Promise<{ world: World; number: string }> {
  const world = await startWorld()
  const first = world.startWorker({ pause })
  await first.says('worker ready')
  const number = await world.fire()
  await first.says('process paused')
  await first.kill()
  world.startWorker()
  await world.resolveAlert()
  // An activity of a lost worker is missed after its whole timeout.
  await world.closed(number, 120_000)
  await eventually(async () => (await world.entries(number, 'history.archived')).length === 1)
  return { world, number }
}

/** The project as somebody else's release: the same packages, one line of its own. */
function alteredProject(file: string, before: string, after: string): string {
  const here = fileURLToPath(new URL('../../', import.meta.url))
  const there = mkdtempSync(path.join(tmpdir(), 'paramedic-altered-'))
  onTestFinished(() => rmSync(there, { recursive: true, force: true }))
  for (const name of [
    'package.json',
    'activities',
    'cli',
    'contracts',
    'embedded',
    'intake',
    'integrations',
    'language',
  ])
    cpSync(path.join(here, name), path.join(there, name), { recursive: true })
  for (const name of ['proof', 'rehearsal', 'store', 'worker', 'workflows'])
    cpSync(path.join(here, name), path.join(there, name), { recursive: true })
  cpSync(path.join(here, 'configuration.ts'), path.join(there, 'configuration.ts'))
  symlinkSync(path.join(here, 'node_modules'), path.join(there, 'node_modules'))
  const text = readFileSync(path.join(there, file), 'utf8')
  expect(text).toContain(before)
  writeFileSync(path.join(there, file), text.replace(before, after))
  return there
}

function replayFrom(
  project: string,
  { env }: Auditor,
  number: string,
  ...options: string[]
): Promise<Finished> {
  return runParamedicOf(project, ['incident', 'replay', number, ...options], { env })
}
