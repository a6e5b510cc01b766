/** Drills again whenever a file they are made of has changed. */
import { existsSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type DrilledRunbook, type FaultyFile, readDrilled } from './drill-files.ts'

/** An editor writes a file in several steps. */
const settlesWithinMs = 150

interface Read {
  drilled: DrilledRunbook[]
  faulty: FaultyFile[]
}

/** At first all of it; then, at each change, what is otherwise than it was. Never ends by itself. */
export async function* eachChange(
  paths: readonly string[],
  first: Read,
  options: { isRecording: boolean },
): AsyncGenerator<Read> {
  let before = first
  let wake: () => void = () => undefined
  let isChanged = false
  for (const folder of new Set(paths.map(folderOf)))
    watch(folder, { recursive: true }, (_, name) => {
      if (name === null || !/\.ya?ml$/.test(name)) return
      isChanged = true
      wake()
    })
  yield first
  for (;;) {
    if (!isChanged) await new Promise<void>(resolve => (wake = resolve))
    await delay(settlesWithinMs)
    isChanged = false
    const now = await readDrilled(paths, options)
    const changed = now.drilled.filter(one => !before.drilled.some(other => isSame(one, other)))
    before = now
    if (changed.length > 0 || now.faulty.length > 0) yield { drilled: changed, faulty: now.faulty }
  }
}

function folderOf(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? path : dirname(path)
}

/** Comments and layout of a runbook change nothing. */
function isSame(one: DrilledRunbook, other: DrilledRunbook): boolean {
  return (
    one.loaded.hash === other.loaded.hash &&
    one.loaded.file === other.loaded.file &&
    JSON.stringify(one.drills) === JSON.stringify(other.drills)
  )
}
