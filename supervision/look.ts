/** From what was read in one look to what is wrong. Pure. */
import { incidentWorkflowId } from '../contracts/incident.ts'
import { limits } from '../contracts/limits.ts'
import { isPolling } from '../contracts/pollers.ts'
import { postmortemWorkflowId } from '../contracts/postmortem.ts'
import type { Finding } from '../contracts/supervision.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { nextPage } from '../language/next-page.ts'
import type { DuePostmortem } from '../store/due-postmortems.ts'
import type { MissedRoutine } from '../store/missed-routines.ts'
import type { OpenIncident } from '../store/open-incidents.ts'
import type { Since } from '../store/supervision-lease.ts'
import type { StuckRow } from '../store/waiting-work.ts'

/** A running workflow of the type incident. */
export interface RunningWorkflow {
  workflowId: string
  startedAtMs: number
}

/** What Temporal says, when it answers. */
export interface TemporalSeen {
  running: RunningWorkflow[]
  /** Ids of running workflows that keep the time of a post-mortem. */
  postmortems: string[]
  /** Ids of running workflows of any type whose code fails. */
  failing: string[]
  /** When a worker last began a poll for workflows; undefined when none is known. */
  lastPollAtMs: number | undefined
  /** The same of the workers of each site that targets name. */
  sitePolls: readonly { site: string; lastPollAtMs: number | undefined }[]
}

/** Carries on since when Temporal is silent, no worker polls, and none of a site. */
export function sinceWhen(before: Since, seen: TemporalSeen | undefined, atMs: number): Since {
  if (seen === undefined) return { ...before, temporalSilentMs: before.temporalSilentMs ?? atMs }
  const { lastPollAtMs } = seen
  const unserved = seen.sitePolls.filter(site => !isPolling(site.lastPollAtMs, atMs))
  const sites = unserved.map(({ site, lastPollAtMs: lastMs }) => [
    site,
    before.noSiteWorkerMs[site] ?? lastMs ?? atMs,
  ])
  return {
    noSiteWorkerMs: Object.fromEntries(sites) as Record<string, number>,
    ...(isPolling(lastPollAtMs, atMs) ? {} : { noWorkerMs: before.noWorkerMs ?? lastPollAtMs ?? atMs }),
  }
}

export function findSilence(since: Since, seen: TemporalSeen | undefined, atMs: number): Finding[] {
  const isLong = (ms: number | undefined): ms is number =>
    ms !== undefined && atMs - ms > limits.supervisionPatienceMs
  const found: Finding[] = []
  if (isLong(since.temporalSilentMs))
    found.push({ kind: 'temporal', subject: 'temporal', sinceMs: since.temporalSilentMs })
  if (seen !== undefined && isLong(since.noWorkerMs))
    found.push({ kind: 'worker', subject: 'worker', sinceMs: since.noWorkerMs })
  for (const [site, sinceMs] of Object.entries(since.noSiteWorkerMs))
    if (seen !== undefined && isLong(sinceMs)) found.push({ kind: 'site', subject: site, sinceMs })
  return found
}

/** What `doctor` shows as stuck, as far as it passes; what was set aside for good is no finding. */
export function findWaiting(stuck: readonly StuckRow[], atMs: number): Finding[] {
  return stuck.flatMap(({ kind, subject, sinceMs }): Finding[] => {
    const found = { subject, sinceMs: atMs - sinceMs }
    switch (kind) {
      case 'alert':
        return [{ kind, ...found }]
      case 'message':
      case 'not-started':
      case 'gate':
      case 'claim':
        return [{ kind, ...found, incident: subject.split('/')[0] ?? subject }]
      default:
        return []
    }
  })
}

export function findUnsent(pages: readonly { id: string; incident: string; dueAt: Date }[]): Finding[] {
  return pages.map(({ id, incident, dueAt }) => ({
    kind: 'page',
    subject: id,
    incident,
    sinceMs: dueAt.getTime(),
  }))
}

/**
 * Incidents whose next level may be overdue. Without its timeline a level can only look earlier due than it is, unless an
 * acknowledgement was outrun, the incident runs another version of its runbook, or it is of a routine: those are always asked about.
 */
export function mayBeOverdue(incidents: readonly OpenIncident[], atMs: number): OpenIncident[] {
  return incidents.filter(
    incident =>
      // When the levels of a routine began to count is on its timeline alone.
      incident.escalation.schedule !== undefined ||
      incident.isMoved ||
      (incident.acknowledgementEpoch > 0 && incident.acknowledgedAt === null) ||
      overdueLevel(incident, [], atMs) !== undefined,
  )
}

/** Levels that were due and have not even begun to page. */
export function findLevels(
  suspects: readonly OpenIncident[],
  timelines: ReadonlyMap<string, TimelineEntry[]>,
  atMs: number,
): Finding[] {
  return suspects.flatMap(incident => {
    const level = overdueLevel(incident, timelines.get(incident.number) ?? [], atMs)
    return level === undefined
      ? []
      : [
          {
            kind: 'level',
            incident: incident.number,
            ...level,
            subject: `${incident.number}/${level.subject}`,
          },
        ]
  })
}

function overdueLevel(
  incident: OpenIncident,
  timeline: TimelineEntry[],
  atMs: number,
): Pick<Finding, 'subject' | 'sinceMs'> | undefined {
  const next = nextPage({ ...incident, timeline }, incident.escalation)
  if (next === null) return undefined
  const sinceMs = Date.parse(next.dueAt)
  return atMs - sinceMs > limits.supervisionPatienceMs
    ? { subject: `level/${next.level}`, sinceMs }
    : undefined
}

/** Open incidents that had a workflow and are not among the running ones. */
export function mayHaveLostWorkflow(
  incidents: readonly OpenIncident[],
  { running }: Pick<TemporalSeen, 'running'>,
): string[] {
  const ids = new Set(running.map(({ workflowId }) => workflowId))
  return incidents
    .filter(({ number, hasStarted }) => hasStarted && !ids.has(incidentWorkflowId(number)))
    .map(({ number }) => number)
}

/** @param endedAtMs when its workflow ended; undefined when there is none */
export function lostWorkflow(number: string, endedAtMs: number | undefined, atMs: number): Finding {
  return { kind: 'workflow-gone', subject: number, incident: number, sinceMs: endedAtMs ?? atMs }
}

/** Running workflows of no open incident, with the number their id names. */
export function mayBeLeftOver(
  incidents: readonly OpenIncident[],
  { running }: Pick<TemporalSeen, 'running'>,
): (RunningWorkflow & { number: string })[] {
  const open = new Set(incidents.map(({ number }) => incidentWorkflowId(number)))
  const prefix = incidentWorkflowId('')
  return running
    .filter(({ workflowId }) => !open.has(workflowId))
    .map(workflow => ({
      ...workflow,
      number: workflow.workflowId.startsWith(prefix)
        ? workflow.workflowId.slice(prefix.length)
        : workflow.workflowId,
    }))
}

export function findPostmortems(
  kind: 'postmortem-overdue' | 'postmortem-undrafted',
  postmortems: readonly DuePostmortem[],
): Finding[] {
  return postmortems.map(({ incident, sinceMs }) => ({ kind, subject: incident, incident, sinceMs }))
}

export function findMissed(missed: readonly MissedRoutine[]): Finding[] {
  return missed.map(({ runbook, sinceMs }) => ({ kind: 'missed-routine', subject: runbook, sinceMs }))
}

/** Post-mortems whose time nobody seems to keep. */
export function mayBeForgotten(
  awaited: readonly DuePostmortem[],
  { postmortems }: Pick<TemporalSeen, 'postmortems'>,
): string[] {
  const ids = new Set(postmortems)
  return awaited.map(({ incident }) => incident).filter(number => !ids.has(postmortemWorkflowId(number)))
}

/** @param endedAtMs when its workflow ended; undefined when there is none */
export function forgottenPostmortem(number: string, endedAtMs: number | undefined, atMs: number): Finding {
  return { kind: 'postmortem-gone', subject: number, incident: number, sinceMs: endedAtMs ?? atMs }
}

/** An incident that has just ended or begun is on its way; after a minute its workflow has been left behind. */
export function findLeftOver(
  suspects: readonly (RunningWorkflow & { number: string })[],
  ends: ReadonlyMap<string, { isOpen: boolean; endedAtMs: number | null }>,
  atMs: number,
): Finding[] {
  return suspects.flatMap(({ number, workflowId, startedAtMs }): Finding[] => {
    const end = ends.get(number)
    const sinceMs = end === undefined ? startedAtMs : end.endedAtMs
    if (end?.isOpen === true || sinceMs === null || atMs - sinceMs <= limits.supervisionPatienceMs) return []
    const belongs = end === undefined ? {} : { incident: number }
    return [{ kind: 'workflow-left', subject: workflowId, sinceMs, ...belongs }]
  })
}

export function findFailing(failing: readonly string[], atMs: number): Finding[] {
  return failing.map(workflowId => {
    const number = /^incident\/(INC-[\d-]+)/.exec(workflowId)?.[1]
    const belongs = number === undefined ? {} : { incident: number }
    return { kind: 'task-failures', subject: workflowId, sinceMs: atMs, ...belongs }
  })
}
