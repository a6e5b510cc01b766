export type HeldLock = { release(): void }
/** Takes the lock file, or says who has it. The lock of a process that is gone is taken over. */
export function tryLock(file: string): HeldLock | { holder: { pid: number } }
/** Waits for the lock; `onWait(pid)` is called once when somebody else has it. */
export function waitForLock(file: string, onWait: (pid: number) => void): Promise<HeldLock>
