import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Running } from './keep-running.ts'
import { lastLines, rotateLog } from './log-file.ts'
import { endChild, exitOf, hasEnded, type ProcessRegistry } from './processes.ts'

const READY_WITHIN_MS = 60_000
const POLL_MS = 200
// Long enough to answer what is being asked; short enough that all parts together stop within ten seconds.
const STOP_WITHIN_MS = 4_000

export type ProjectChild = {
  name: string
  /** Relative to projectDir. */
  script: string
  projectDir: string
  env: NodeJS.ProcessEnv
  logFile: string
  processes: ProcessRegistry
  /** Whether the child does its work now; `output` is what it has written since its start. Default: at once. */
  isReady?(output: () => Promise<string>): Promise<boolean>
}

/** Starts one of the project's own scripts on this Node and waits until it is ready. Throws with the end of its log. */
export async function startProjectChild(options: ProjectChild): Promise<Running & { pid: number }> {
  const { name, logFile } = options
  await rotateLog(logFile)
  const logStart = await sizeOf(logFile)
  const script = join(options.projectDir, options.script)
  const args = ['--disable-warning=ExperimentalWarning', script]
  const child = options.processes.spawn(name, process.execPath, args, {
    cwd: options.projectDir,
    env: options.env,
    logFile,
  })
  const deadline = Date.now() + READY_WITHIN_MS
  const output = () => readFrom(logFile, logStart)
  while (options.isReady !== undefined && !(await options.isReady(output))) {
    if (!hasEnded(child) && Date.now() < deadline) {
      await delay(POLL_MS)
      continue
    }
    const how = hasEnded(child)
      ? `ended (${await exitOf(child)}) while starting`
      : 'did not become ready within a minute'
    await endChild(child, 'SIGKILL', 0)
    throw new Error(`${name} ${how}. Its last words in ${logFile}:\n${lastLines(await output())}`)
  }
  return {
    pid: child.pid ?? 0,
    exited: exitOf(child),
    stop: () => endChild(child, 'SIGTERM', STOP_WITHIN_MS),
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    found => found.size,
    () => 0,
  )
}

async function readFrom(file: string, start: number): Promise<string> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.max(size - start, 1)),
      position: start,
    })
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}
