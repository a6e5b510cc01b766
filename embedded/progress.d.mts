export type Progress = { done(): void; failed(): void }
/** Says on stderr what runs, for how long and what comes next, once it takes over two seconds. */
export function startProgress(what: string, next?: string): Progress
