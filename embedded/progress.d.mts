export type Progress = {
  done(): void
  failed(): void
  /** Without a last line, for what says itself how it ended. */
  end(): void
}
/** Says on stderr what runs, for how long and what comes next, once it takes over two seconds. */
export function startProgress(what: string, next?: string): Progress
/** Writes lines to stdout, above the line that rewrites itself. */
export function printAboveProgress(text: string): void
