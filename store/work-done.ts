import type { Queryable } from './database.ts'

/** Marks a piece of work as done in the transaction that does it; false when it was done before. */
export async function isFirstTime(tx: Queryable, key: string): Promise<boolean> {
  const { rowCount } = await tx.query('insert into work_done (key) values ($1) on conflict do nothing', [key])
  return rowCount === 1
}

export async function wasDone(db: Queryable, key: string): Promise<boolean> {
  const { rowCount } = await db.query('select from work_done where key = $1', [key])
  return rowCount === 1
}
