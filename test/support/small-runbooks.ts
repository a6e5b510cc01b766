/** Runbooks of a few lines, and folders of them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A runbook without a step; `default` is the one without a `match`. */
export function smallRunbook(name: string, { title = name, alert = name } = {}): string {
  const match = name === 'default' ? '' : `match: alert.labels.alertname == "${alert}"\n`
  return `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: ${name}, title: ${title}, owner: test }
${match}triage: { severity: [ { is: SEV4 } ] }
escalate:
  - { after: 0m, page: [on-call] }
`
}

/** The same with one key that is not known. */
export function faultyRunbook(name: string): string {
  return `${smallRunbook(name)}verfy: { for: 1m }\n`
}

/** A folder with these files, removed after the test; a file without text is left out or removed. */
export async function runbookFolder(
  files: Record<string, string | undefined>,
): Promise<{ folder: string; write: (files: Record<string, string | undefined>) => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paramedic-runbooks-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const write = async (some: Record<string, string | undefined>): Promise<void> => {
    for (const [file, text] of Object.entries(some)) {
      const place = path.join(folder, file)
      await mkdir(path.dirname(place), { recursive: true })
      await (text === undefined ? rm(place, { force: true }) : writeFile(place, text))
    }
  }
  await write(files)
  return { folder, write }
}
