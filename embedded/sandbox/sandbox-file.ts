import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessDefinition } from '../../activities/targets/service/process-driver.ts'

/** What other programs, such as the CLI, need to find the sandbox that was started in a data folder. */
export interface SandboxRecord {
  shopUrl: string
  shop: ProcessDefinition
}

/** Everything of the sandbox's own, inside the data folder of `npm start`. */
export function sandboxDir(dataDir: string): string {
  return join(dataDir, 'sandbox')
}

export function writeSandboxRecord(dataDir: string, record: SandboxRecord): void {
  const file = recordFile(dataDir)
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, JSON.stringify(record, null, 2), { mode: 0o600 })
  renameSync(draft, file)
}

/** The sandbox of a data folder; undefined when none was ever started there. */
export function readSandboxRecord(dataDir: string): SandboxRecord | undefined {
  try {
    // Written by writeSandboxRecord and by nothing else.
    return JSON.parse(readFileSync(recordFile(dataDir), 'utf8')) as SandboxRecord
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function recordFile(dataDir: string): string {
  return join(sandboxDir(dataDir), 'sandbox.json')
}
