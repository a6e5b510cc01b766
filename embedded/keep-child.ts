import type { DataFolder } from './data-folder.ts'
import { keepRunning, type Running } from './keep-running.ts'
import type { ProcessRegistry } from './processes.ts'
import { startProgress } from './progress.mjs'
import { startProjectChild, type ProjectChild } from './project-child.ts'
import type { StopList } from './stop-list.ts'

export type Parent = {
  projectDir: string
  folder: DataFolder
  processes: ProcessRegistry
  stopList: StopList
  say(line: string): void
}

export type KeptChild = Pick<ProjectChild, 'name' | 'script' | 'env' | 'isReady'> & {
  /** What is started after it. */
  next?: string
}

/** Runs one of the project's own processes until everything stops; the first start has to succeed. */
export async function keepChild(parent: Parent, { next, isReady, ...child }: KeptChild) {
  const { folder, processes, projectDir, say, stopList } = parent
  const logFile = folder.logOf(child.name)
  const startedAt = Date.now()
  const progress = startProgress(`starting the ${child.name}`, next)
  let isFirst = true
  const launch = (): Promise<Running> => {
    // Who ended later is needed at once, however long what it waits for takes.
    const condition = isFirst && isReady !== undefined ? { isReady } : {}
    isFirst = false
    return startProjectChild({ ...child, ...condition, logFile, processes, projectDir })
  }
  const kept = await keepRunning({ name: child.name, logFile, launch, say }).finally(progress.end)
  stopList.add('services', child.name, kept.stop)
  const state = isReady === undefined ? 'started' : 'ready'
  say(`${child.name} ${state} after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}
