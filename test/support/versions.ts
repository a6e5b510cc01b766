import type { LoadedRunbook } from '../../contracts/runbook.ts'
import { type BindableTarget, bindTargets } from '../../language/bind.ts'
import { parseRunbook } from '../../language/parse-runbook.ts'
import { resolveInputs } from '../../language/resolve-inputs.ts'
import { changeInForce } from '../../store/change-in-force.ts'
import type { Pool } from '../../store/database.ts'
import { type MeanIn, rebaseIncident } from '../../store/rebase-incident.ts'

/** What roles and inputs mean where these targets are. */
export function meanAt(targets: readonly BindableTarget[]): MeanIn {
  return (runbook, incident) => ({
    bindings: bindTargets(runbook.targets, incident, targets),
    inputs: resolveInputs(runbook.inputs ?? [], incident.alert),
  })
}

/** Puts another version in force, and moves the incident to it. */
export async function moveTo(
  { pool, targets }: { pool: Pool; targets: readonly BindableTarget[] },
  act: { number: string; by: string; atMs: number },
  scene: string,
): Promise<LoadedRunbook> {
  const loaded = await newVersion(pool, act.number, scene)
  await rebaseIncident(pool, { ...act, to: loaded.hash }, meanAt(targets))
  return loaded
}

/** Puts another version of an incident's runbook in force; `scene` is written as that of a scene is. */
export async function newVersion(pool: Pool, number: string, scene: string): Promise<LoadedRunbook> {
  const { rows } = await pool.query<{ name: string }>(
    'select runbook_name as name from incident where number = $1',
    [number],
  )
  const { name } = rows[0]!
  const source = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: ${name}, owner: test }
targets: { db: postgres, api: service${scene.includes('target: edges') ? ', edges: { kind: service, many: true }' : ''} }
${name === 'default' ? '' : `match: alert.labels.alertname == "${name}"`}
${scene}`
  const read = parseRunbook(source, `${name}.yaml`)
  if ('faults' in read) throw new Error(JSON.stringify(read.faults, null, 2))
  const { runbook, hash } = read
  const act = { way: 'sync', by: 'ana', atMs: Date.now() } as const
  await changeInForce(pool, act, ({ runbooks }) => ({
    inForce: [
      ...runbooks.filter(one => one.runbook.name !== name),
      { runbook, hash, file: `${name}.yaml`, source },
    ],
    heldBack: [],
  }))
  return { runbook, hash }
}
