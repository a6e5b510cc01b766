import { CodedError } from '../contracts/coded-error.ts'
import type { LoadedRunbook } from '../contracts/runbook.ts'
import type { NewEntry } from '../contracts/timeline.ts'
import { type BindableTarget, bindTargets } from '../language/bind.ts'
import { chooseRunbook } from '../language/choose-runbook.ts'
import { resolveInputs } from '../language/resolve-inputs.ts'
import type { ConditionAlert } from '../language/conditions.ts'
import type { AlertRow } from '../store/alerts.ts'
import type { Queryable } from '../store/database.ts'
import { findOpen, lockIfOpen, openIncident } from '../store/incidents.ts'
import { leaveNews } from '../store/news.ts'
import { openedWith } from '../contracts/opened-with.ts'

/** What the relay needs to know to open an incident. */
export interface Intake {
  /** Those in force, as the transaction sees them. One of them is the default, which takes what no other matches. */
  runbooks(tx: Queryable): Promise<readonly LoadedRunbook[]>
  targets: readonly BindableTarget[]
  log: { error(fields: object, message: string): void }
}

/** The incident a firing alert belongs to: its own if that goes on, else the key's open one, else a new one. */
export async function joinIncident(
  tx: Queryable,
  intake: Intake,
  alert: AlertRow,
  atMs: number,
  entries: NewEntry[],
): Promise<{ number: string; isNew: boolean }> {
  // Locked here so that closing and joining cannot both believe they were first.
  if (alert.incident !== undefined && alert.incidentIsOpen && (await lockIfOpen(tx, alert.incident))) {
    return { number: alert.incident, isNew: false }
  }
  const open = await findOpen(tx, alert.dedupKey)
  if (open !== undefined) return { number: open, isNew: false }
  return openFor(tx, intake, alert, atMs, entries)
}

async function openFor(
  tx: Queryable,
  intake: Intake,
  alert: AlertRow,
  atMs: number,
  entries: NewEntry[],
): Promise<{ number: string; isNew: boolean }> {
  const about = { labels: alert.labels, annotations: alert.annotations }
  const { runbook, hash } = chosenFor(await intake.runbooks(tx), about)
  const place = {
    system: alert.labels['system'] ?? 'unknown',
    environment: alert.labels['environment'] ?? 'unknown',
  }
  const bindings = bindTargets(runbook.targets, place, intake.targets)
  const inputs = resolveInputs(runbook.inputs ?? [], about)
  const title = alert.annotations['summary'] ?? alert.name
  const opened = await openIncident(tx, {
    dedupKey: alert.dedupKey,
    title: title.slice(0, titleLength),
    ...place,
    runbook,
    runbookHash: hash,
    bindings,
    inputs,
    alert: about,
    openedAtMs: atMs,
  })
  if (!opened.isNew) return opened
  await leaveNews(tx, opened.number, { event: 'opened' }, atMs)
  entries.push({
    kind: 'incident.opened',
    actor: 'paramedic',
    atMs,
    incident: opened.number,
    data: {
      title: title.slice(0, titleLength),
      runbook: runbook.name,
      runbookHash: hash,
      dedupKey: alert.dedupKey,
      ...openedWith(bindings, inputs),
      ...(opened.linkedTo === undefined ? {} : { linkedTo: opened.linkedTo }),
    },
  })
  return opened
}

function chosenFor(runbooks: readonly LoadedRunbook[], alert: ConditionAlert): LoadedRunbook {
  const chosen = chooseRunbook(
    runbooks.map(loaded => loaded.runbook),
    alert,
  )
  const loaded = runbooks.find(candidate => candidate.runbook === chosen)
  if (loaded === undefined)
    throw new CodedError(
      'invalid_runbook',
      'No runbook in force matches the alert, and none is named default.',
    )
  return loaded
}

/** Titles are read on a phone; the whole text stays in the alert. */
const titleLength = 200
