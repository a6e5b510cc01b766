import type { Queryable } from './database.ts'

type Measured = { values: Record<string, unknown> } | { problem: string }

export interface Measurement {
  incident: string
  /** `triage`, `rebase/<n>`, `precheck/<step>/<attempt>`, `verify/<step>/<attempt>`, `verify/overall/<n>`, `recheck`, `recheck/<what it says>`. */
  purpose: string
  /** Check name -> values, or why there are none; of a group for each target. */
  checks: Record<string, Measured | { members: Record<string, Measured> }>
  holds?: boolean
  problem?: string
  atMs: number
}

/** Keeps one sample as evidence. */
export async function saveMeasurement(db: Queryable, sample: Measurement): Promise<void> {
  await db.query(
    'insert into measurement (incident, purpose, checks, holds, problem, measured_at) values ($1, $2, $3, $4, $5, $6)',
    [
      sample.incident,
      sample.purpose,
      sample.checks,
      sample.holds ?? null,
      sample.problem ?? null,
      new Date(sample.atMs),
    ],
  )
}

/** Keeps one sample of its purpose, the newest. */
export async function keepNewestMeasurement(db: Queryable, sample: Measurement): Promise<void> {
  const { rowCount } = await db.query(
    `update measurement set checks = $3, measured_at = $4
     where id = (select max(id) from measurement where incident = $1 and purpose = $2)`,
    [sample.incident, sample.purpose, sample.checks, new Date(sample.atMs)],
  )
  if (rowCount === 0) await saveMeasurement(db, sample)
}

export async function countMeasurements(db: Queryable, incident: string, purpose: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from measurement where incident = $1 and purpose = $2',
    [incident, purpose],
  )
  return rows[0]!.count
}

/** All samples of the newest moment of a purpose: what was measured together and kept one target a row. */
export async function newestMeasurements(
  db: Queryable,
  incident: string,
  purpose: string,
): Promise<{ checks: Measurement['checks']; atMs: number }[]> {
  const { rows } = await db.query<{ checks: Measurement['checks']; measured_at: Date }>(
    `select checks, measured_at from measurement where incident = $1 and purpose = $2 and measured_at =
       (select max(measured_at) from measurement where incident = $1 and purpose = $2) order by id`,
    [incident, purpose],
  )
  return rows.map(row => ({ checks: row.checks, atMs: row.measured_at.getTime() }))
}

/** The newest sample of a purpose: what a verification that ran out of time saw last. */
export async function lastMeasurement(
  db: Queryable,
  incident: string,
  purpose: string,
): Promise<Measurement | undefined> {
  const { rows } = await db.query<{
    checks: Measurement['checks']
    holds: boolean | null
    problem: string | null
    measured_at: Date
  }>(
    'select checks, holds, problem, measured_at from measurement where incident = $1 and purpose = $2 order by id desc limit 1',
    [incident, purpose],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return {
    incident,
    purpose,
    checks: row.checks,
    ...(row.holds === null ? {} : { holds: row.holds }),
    ...(row.problem === null ? {} : { problem: row.problem }),
    atMs: row.measured_at.getTime(),
  }
}
