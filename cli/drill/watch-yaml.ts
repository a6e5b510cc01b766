/** Says when a YAML file has changed, however an editor writes it. */
import { readdirSync, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * @param paths files, whose folders are looked at, and folders, with what is below them.
 * @returns what ends it.
 */
export function watchYaml(paths: readonly string[], onChange: () => void): () => void {
  const watchers = new Map<string, () => void>()
  const look = (): boolean => {
    const there = new Set(paths.flatMap(foldersOf))
    for (const [folder, end] of watchers) {
      if (there.has(folder)) continue
      end()
      watchers.delete(folder)
    }
    const found = [...there].filter(folder => !watchers.has(folder))
    for (const folder of found) watchers.set(folder, watchFolder(folder, changed))
    return found.length > 0
  }
  const changed = (name: string | null): void => {
    // What is new may be a folder, which had files before it was watched.
    if (look() || name === null || /\.ya?ml$/.test(name)) onChange()
  }
  look()
  return () => {
    for (const end of watchers.values()) end()
  }
}

/**
 * A folder by itself: on Linux the recursive watch of Node 24 watches each file, and loses one that is replaced by another of its
 * name, which is how most editors write.
 */
function watchFolder(folder: string, onChange: (name: string | null) => void): () => void {
  const watcher = watch(folder, (_, name) => onChange(name))
  // It is gone; the one above tells.
  watcher.on('error', () => watcher.close())
  return () => watcher.close()
}

function foldersOf(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [dirname(path)]
  const below = readdirSync(path, { recursive: true, withFileTypes: true })
  return [
    path,
    ...below.filter(entry => entry.isDirectory()).map(entry => join(entry.parentPath, entry.name)),
  ]
}
