import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOpen } from '../contracts/incident.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { IncidentDetail } from '../contracts/views.ts'
import { projectDir } from './connection.ts'
import type { NextPage } from './story/next-page.ts'

export type PageForecast = (incident: IncidentDetail) => NextPage | undefined

/**
 * Tells the next escalation of an incident, as long as it is open. Always undefined when its runbook is not here in the very
 * version it runs: the service does not say when the next level is due.
 */
export async function createPageForecast(incident: IncidentDetail): Promise<PageForecast> {
  const runbook = isOpen(incident.phase)
    ? await findRunbook(incident.runbook, incident.runbookHash)
    : undefined
  if (runbook === undefined) return () => undefined
  // Conditions of levels need the CEL library, which most commands do without.
  const { nextPage } = await import('./story/next-page.ts')
  return now => nextPage(now, runbook)
}

/** Looks for a runbook by name and hash, which makes sure that it is the one, in PARAMEDIC_RUNBOOKS or the project. */
async function findRunbook(name: string, hash: string): Promise<Runbook | undefined> {
  const folder = process.env['PARAMEDIC_RUNBOOKS'] ?? join(projectDir, 'runbooks')
  const files = await readdir(folder, { recursive: true }).catch(() => [])
  const named = files.filter(file => file === `${name}.yaml` || file.endsWith(`/${name}.yaml`))
  if (named.length === 0) return undefined
  const { parseRunbook } = await import('../language/parse-runbook.ts')
  for (const file of named) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '')
    const parsed = parseRunbook(text, file)
    if ('runbook' in parsed && parsed.hash === hash) return parsed.runbook
  }
  return undefined
}
