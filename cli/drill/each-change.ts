/** Drills again whenever a file they are made of has changed. */
import { setTimeout as delay } from 'node:timers/promises'
import { type DrilledRunbook, type FaultyFile, readDrilled } from './drill-files.ts'
import { watchYaml } from './watch-yaml.ts'

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
  const end = watchYaml(paths, () => {
    isChanged = true
    wake()
  })
  try {
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
  } finally {
    end()
  }
}

/** Comments and layout of a runbook change nothing. */
function isSame(one: DrilledRunbook, other: DrilledRunbook): boolean {
  return (
    one.loaded.hash === other.loaded.hash &&
    one.loaded.file === other.loaded.file &&
    JSON.stringify(one.drills) === JSON.stringify(other.drills)
  )
}
