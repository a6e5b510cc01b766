import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AlertState } from './alert-state.ts'

/** The states by alertname, kept in a small file: a restart forgets neither what fires nor what was told. */
export interface StateFile {
  get(alertname: string): AlertState
  set(alertname: string, state: AlertState): void
}

export function openStateFile(file: string, log: (line: string) => void): StateFile {
  mkdirSync(dirname(file), { recursive: true })
  const states = new Map(Object.entries(read(file, log)))
  return {
    get: alertname => states.get(alertname) ?? {},
    set: (alertname, state) => {
      if (JSON.stringify(states.get(alertname) ?? {}) === JSON.stringify(state)) return
      states.set(alertname, state)
      const draft = `${file}.${process.pid}`
      writeFileSync(draft, JSON.stringify(Object.fromEntries(states)))
      renameSync(draft, file)
    },
  }
}

function read(file: string, log: (line: string) => void): Record<string, AlertState> {
  try {
    // Written by `set` above and by nothing else; the rename leaves no half-written file.
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, AlertState>
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    log(`starting without memory, ${file} cannot be read: ${String(error)}`)
    return {}
  }
}
