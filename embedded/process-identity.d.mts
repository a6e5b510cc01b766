/** When the process `pid` started, to compare and nothing else; undefined when no such process lives. */
export function processIdentity(pid: number): string | undefined
