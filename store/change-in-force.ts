import { hashOf } from '../contracts/canonical-json.ts'
import type {
  HeldBackFile,
  RunbookChange,
  RunbookInForce,
  SettledRunbooks,
  WayInForce,
  WrittenRunbook,
} from '../contracts/runbook-registry.ts'
import type { Actor, NewEntry } from '../contracts/timeline.ts'
import { appendEntries } from './audit-log.ts'
import { inTransaction, type Pool, type Queryable } from './database.ts'
import { type FaultyFile, readFaultyFiles, readInForce } from './runbooks-in-force.ts'

/** Who changes what is in force, when and how. */
export interface ChangeAct {
  way: WayInForce
  /** Name of the principal; `paramedic` at a start. */
  by: string
  atMs: number
}

export interface InForceNow {
  runbooks: RunbookInForce[]
  digest: string
  /** What the folder said that a start put in force last. */
  folder: string
}

export interface ChangedInForce {
  changes: RunbookChange[]
  heldBack: HeldBackFile[]
  /** Of what is in force from now on. */
  digest: string
}

/**
 * Puts runbooks in force: the rows, their history and their entries in one transaction. Who else does the same waits until this
 * is done, and incidents are opened meanwhile with what was in force before. `decide` sees what is in force and says what is to
 * be; when it says nothing, or throws, nothing changes.
 */
export async function changeInForce(
  pool: Pool,
  act: ChangeAct,
  decide: (now: InForceNow) => (SettledRunbooks & { folder?: string }) | undefined,
): Promise<ChangedInForce | undefined> {
  return inTransaction(pool, async tx => {
    const { rows } = await tx.query<{ folder: string }>('select folder from runbook_registry for update')
    const runbooks = await readInForce(tx)
    const now = { runbooks, digest: digestOf(runbooks), folder: rows[0]!.folder }
    const settled = decide(now)
    if (settled === undefined) return undefined
    const changes = changesBetween(now.runbooks, settled.inForce)
    const digest = digestOf(settled.inForce)
    await applyChanges(tx, changes, act)
    const faultEntries = await replaceFaults(tx, settled.heldBack, act)
    await tx.query(
      'update runbook_registry set digest = $1, folder = $2, changed_at = case when $3 then $4 else changed_at end',
      [digest, settled.folder ?? now.folder, changes.length > 0, new Date(act.atMs)],
    )
    await appendEntries(tx, [...changes.map(change => entryOf(change, act)), ...faultEntries])
    return { changes, heldBack: settled.heldBack, digest }
  })
}

/** One digest for one set of versions, however it came together. */
export function digestOf(runbooks: readonly WrittenRunbook[]): string {
  return hashOf(Object.fromEntries(runbooks.map(({ runbook, hash }) => [runbook.name, hash])))
}

/** By name. */
export function changesBetween(
  now: readonly WrittenRunbook[],
  next: readonly WrittenRunbook[],
): RunbookChange[] {
  const before = new Map(now.map(one => [one.runbook.name, one]))
  const after = new Map(next.map(one => [one.runbook.name, one]))
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return names.flatMap(name => changeOf(name, before.get(name), after.get(name)))
}

function changeOf(
  name: string,
  before: WrittenRunbook | undefined,
  after: WrittenRunbook | undefined,
): RunbookChange[] {
  if (after === undefined) return before === undefined ? [] : [{ name, change: 'removed', before }]
  if (before === undefined) return [{ name, change: 'new', after }]
  if (before.hash !== after.hash) return [{ name, change: 'changed', before, after }]
  const isAsWritten = before.file === after.file && before.source === after.source
  return isAsWritten ? [] : [{ name, change: 'rewritten', before, after }]
}

async function applyChanges(
  tx: Queryable,
  changes: readonly RunbookChange[],
  { way, by, atMs }: ChangeAct,
): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ name, change, before, after }) => ({
    name,
    change,
    hash: after?.hash ?? null,
    before: before?.hash ?? null,
    file: after?.file ?? null,
    source: after?.source ?? null,
    runbook: after?.runbook ?? null,
  }))
  const given = [JSON.stringify(rows), new Date(atMs), way, by]
  const from = `jsonb_to_recordset($1::jsonb) as c (name text, change text, hash text, before text, file text, source text, runbook jsonb)`
  await tx.query(
    `insert into runbook_version (hash, name, normalised, source_text)
     select hash, name, runbook, source from ${from} where hash is not null on conflict do nothing`,
    [given[0]],
  )
  await tx.query(
    `delete from runbook_in_force where name in (select name from ${from} where change = 'removed')`,
    [given[0]],
  )
  await tx.query(
    `insert into runbook_in_force as f (name, hash, file, source_text, since, way, changed_by)
     select name, hash, file, source, $2, $3, $4 from ${from} where hash is not null
     on conflict (name) do update set hash = excluded.hash, file = excluded.file, source_text = excluded.source_text,
       since = case when f.hash = excluded.hash then f.since else excluded.since end,
       way = case when f.hash = excluded.hash then f.way else excluded.way end,
       changed_by = case when f.hash = excluded.hash then f.changed_by else excluded.changed_by end`,
    given,
  )
  await tx.query(
    `insert into runbook_change (name, change, hash, before_hash, file, at, way, changed_by)
     select name, change, hash, before, file, $2, $3, $4 from ${from} order by name`,
    given,
  )
}

async function replaceFaults(
  tx: Queryable,
  heldBack: readonly HeldBackFile[],
  act: ChangeAct,
): Promise<NewEntry[]> {
  const known = await readFaultyFiles(tx)
  const mended = known.filter(({ file }) => heldBack.every(one => one.file !== file))
  const fresh = heldBack.filter(one => !known.some(other => isSameFault(one, other)))
  if (mended.length > 0)
    await tx.query('delete from runbook_fault where file = any($1)', [mended.map(({ file }) => file)])
  if (fresh.length > 0)
    await tx.query(
      `insert into runbook_fault (file, faults, told, keeps, since, way, changed_by)
       select file, faults, told, keeps, $2, $3, $4
       from jsonb_to_recordset($1::jsonb) as c (file text, faults integer, told text, keeps text)
       on conflict (file) do update set faults = excluded.faults, told = excluded.told, keeps = excluded.keeps`,
      [JSON.stringify(fresh), new Date(act.atMs), act.way, act.by],
    )
  const common = commonOf(act)
  return [
    ...mended.map(({ file }): NewEntry => ({ ...common, kind: 'runbook.mended', data: { file } })),
    ...fresh.map(({ file, faults, told, keeps }): NewEntry => {
      const kept = keeps === undefined ? {} : { keeps }
      return {
        ...common,
        kind: 'runbook.held-back',
        data: { file, faults, because: firstLine(told), ...kept, way: act.way },
      }
    }),
  ]
}

function isSameFault(one: HeldBackFile, other: FaultyFile): boolean {
  return one.file === other.file && one.told === other.told && (one.keeps ?? null) === other.keeps
}

function entryOf({ name, before, after }: RunbookChange, act: ChangeAct): NewEntry {
  const { way } = act
  const common = commonOf(act)
  const replaced = before === undefined ? {} : { before: before.hash }
  if (after === undefined)
    return { ...common, kind: 'runbook.withdrawn', data: { name, hash: before!.hash, way } }
  const { hash, file } = after
  return { ...common, kind: 'runbook.in-force', data: { name, hash, ...replaced, file, way } }
}

function commonOf({ way, by, atMs }: ChangeAct): { actor: Actor; atMs: number } {
  return { actor: way === 'start' ? 'paramedic' : `person:${by}`, atMs }
}

function firstLine(text: string): string {
  return text.slice(0, Math.max(0, text.indexOf('\n')) || text.length)
}
