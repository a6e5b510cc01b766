/** Who is called by the escalation, and who is told beside it. */
import type { Communication, CommunicationEvent } from '../contracts/communication.ts'
import { durationInWords } from '../contracts/duration-words.ts'
import type { Impact, Phase, Severity } from '../contracts/incident.ts'
import { inItsHours, type EscalationLevel, type Runbook } from '../contracts/runbook.ts'
import type { TimelineKind } from '../contracts/timeline.ts'
import { evaluateCondition, incidentScope } from '../language/conditions.ts'
import type { Aim } from './aim.ts'
import type { Happened } from './happened.ts'
import { entriesOf } from './record-read.ts'

export function aimsOfCalls(runbook: Runbook): Aim[] {
  return [
    ...runbook.escalate.flatMap((level, index) => aimsOfLevel(runbook, level, index)),
    ...(runbook.communication ?? []).flatMap(aimsOfRule),
  ]
}

function aimsOfLevel(runbook: Runbook, level: EscalationLevel, index: number): Aim[] {
  const { afterMs, page, unless, when, only, severity } = level
  const common = {
    area: 'escalation',
    path: ['escalate', index],
    of: `${page.join(', ')} ${afterMs === 0 ? 'at once' : `after ${durationInWords(afterMs)}`}`,
  } as const
  const isPaged = (happened: Happened): boolean => pagedLevels(happened).includes(index)
  return [
    { ...common, seen: 'paged', isReachedBy: ({ happened }) => isPaged(happened) },
    ...(unless === undefined
      ? []
      : [
          {
            ...common,
            seen: `not paged, because it was ${unless}`,
            isReachedBy: ({ happened }: { happened: Happened }) =>
              !isPaged(happened) && isInTime(happened, unless, afterMs),
          },
        ]),
    ...(when === undefined ? [] : aimsOfWhen(when, level, common)),
    ...(only === undefined
      ? []
      : [true, false].map(isAtOnce => ({
          ...common,
          seen: isAtOnce ? 'paged in its hours' : 'waits for its hours',
          isReachedBy: ({ happened }: { happened: Happened }) => {
            const dueMs = happened.openedAtMs + afterMs
            return isPaged(happened) && (inItsHours(runbook, index, dueMs) === dueMs) === isAtOnce
          },
        }))),
    ...(severity === undefined
      ? []
      : [
          {
            ...common,
            seen: `makes it ${severity}`,
            isReachedBy: ({ happened }: { happened: Happened }) =>
              entriesOf(happened, 'severity.changed').some(
                ({ data }) => data.because === `level ${index} was reached`,
              ),
          },
        ]),
  ]
}

/** Pages beside the levels, and those about a post-mortem, are no level's. */
function pagedLevels(happened: Happened): number[] {
  return entriesOf(happened, 'page.sent').flatMap(({ data }) =>
    /\/(page\/beside|post-mortem)\//.test(data.pageId) ? [] : [data.level],
  )
}

function isInTime(happened: Happened, what: 'acknowledged' | 'resolved', beforeMs: number): boolean {
  const kinds: readonly TimelineKind[] =
    what === 'acknowledged' ? ['acknowledged'] : ['recovery.held', 'incident.closed']
  return happened.timeline.some(({ kind, moment }) => kinds.includes(kind) && moment.atMs <= beforeMs)
}

/** What `when` says from the moment on at which the level is due. */
function aimsOfWhen(
  when: string,
  { afterMs }: EscalationLevel,
  common: Pick<Aim, 'area' | 'path' | 'of'>,
): Aim[] {
  return [true, false].map(value => ({
    ...common,
    path: [...common.path, 'when'],
    seen: `${when} is ${value}`,
    isReachedBy: ({ happened }) =>
      // People who are needed are called before the time of the level.
      (value && pagedLevels(happened).includes(Number(common.path[1]))) ||
      statesOf(happened).some(({ incident, untilMs }) => {
        const evaluated = evaluateCondition(when, incidentScope(incident))
        return untilMs > afterMs && 'value' in evaluated && evaluated.value === value
      }),
  }))
}

interface Incident {
  severity: Severity
  impact: Impact
  phase: Phase
}

interface State {
  incident: Incident
  fromMs: number
  /** Until the next change; the end of the record for the last one. */
  untilMs: number
}

/** As it was from triage to its end. */
function statesOf({ timeline }: Happened): State[] {
  const states: State[] = []
  let incident: Incident = { severity: 'SEV3', impact: 'unknown', phase: 'detection' }
  for (const { kind, data, moment } of timeline) {
    const before = incident
    if (kind === 'triage.assessed') incident = { ...incident, severity: data.severity, impact: data.impact }
    if (kind === 'severity.changed') incident = { ...incident, severity: data.to }
    if (kind === 'impact.changed') incident = { ...incident, impact: data.to }
    if (kind === 'phase.changed') incident = { ...incident, phase: data.to }
    const last = states.at(-1)
    if (last !== undefined) last.untilMs = moment.atMs
    const isKnown = kind === 'triage.assessed' || last !== undefined
    if (isKnown && before !== incident) states.push({ incident, fromMs: moment.atMs, untilMs: moment.atMs })
  }
  return states
}

function aimsOfRule({ on, everyMs, tell, when }: Communication, index: number): Aim[] {
  const common = { area: 'telling', path: ['communication', index], of: tell.join(', ') } as const
  const events: string[] = on ?? ['update']
  const told = events.map(event => ({
    ...common,
    seen: everyMs === undefined ? `told of ${event}` : `told every ${durationInWords(everyMs)}`,
    isReachedBy: ({ happened }: { happened: Happened }) =>
      happened.told.some(news => news.event === event && news.to.some(name => tell.includes(name))),
  }))
  if (when === undefined) return told
  const isLeftOut = {
    ...common,
    path: [...common.path, 'when'],
    seen: `not told, because ${when} is false`,
    isReachedBy: ({ happened }: { happened: Happened }) =>
      statesOf(happened).some(({ incident, fromMs, untilMs }) => {
        const evaluated = evaluateCondition(when, incidentScope(incident))
        const isDue =
          everyMs === undefined
            ? hasEvent(happened, on ?? [], fromMs, untilMs)
            : Math.floor(untilMs / everyMs) > Math.floor(fromMs / everyMs)
        return isDue && 'value' in evaluated && !evaluated.value
      }),
  }
  return [...told, isLeftOut]
}

const entryOfEvent: Record<CommunicationEvent, TimelineKind> = {
  opened: 'triage.assessed',
  severity: 'severity.changed',
  impact: 'impact.changed',
  acknowledged: 'acknowledged',
  mitigated: 'recovery.held',
  resolved: 'incident.closed',
}

function hasEvent(
  { timeline }: Happened,
  on: readonly CommunicationEvent[],
  fromMs: number,
  untilMs: number,
): boolean {
  const kinds = on.map(event => entryOfEvent[event])
  return timeline.some(
    ({ kind, moment }) => kinds.includes(kind) && moment.atMs >= fromMs && moment.atMs <= untilMs,
  )
}
