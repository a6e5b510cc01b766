/** A row that does not say what its entries say. */
export interface RowFault {
  incident: string
  /** Table and key, as `gate INC-2026-03-14-001/restart-api/1`. */
  row: string
  /** The newest entry about it, if there is one. */
  seq: number | null
  says: string
}

/** A fault before it is known which entry is the newest about its row. */
export type Found = Pick<RowFault, 'row' | 'says'>
