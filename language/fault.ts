/** One thing that is wrong with a file, and where; lines and columns count from 1. */
export interface Fault {
  file: string
  line: number
  column: number
  /** What is wrong, as one clause; never a resolved credential. */
  message: string
  /** What to do about it. */
  hint?: string
  /** The line holds a credential: never print it. */
  isLineSecret?: true
}

export type Path = readonly (string | number)[]

/** A fault that is known by its place in the tree and not yet by its line. */
export interface Finding {
  path: Path
  /** Point at the key instead of the value. */
  at?: 'key'
  /** Inside a text value: how far from its beginning. */
  offset?: number
  message: string
  hint?: string | undefined
}

/** Orders faults as a reader meets them. */
export function inReadingOrder(faults: readonly Fault[]): Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1))
}
