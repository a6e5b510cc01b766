import { isWhatWasTaken } from '../contracts/ends-of-steps.ts'
import type { Impact, IncidentOutcome, Severity } from '../contracts/incident.ts'
import type { FactChange, PostmortemFacts } from '../contracts/postmortem.ts'
import type { TimelineEntry, TimelineKind } from '../contracts/timeline.ts'
import { alertFacts } from './alert-facts.ts'
import { pageFacts, actFacts } from './people-facts.ts'
import { stepFacts } from './step-facts.ts'
import { symptomFacts } from './symptom-facts.ts'

export type EntryOf<K extends TimelineKind> = Extract<TimelineEntry, { kind: K }>

/** The entries of one kind. */
export function entriesOf<K extends TimelineKind>(entries: readonly TimelineEntry[], kind: K): EntryOf<K>[] {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind)
}

/**
 * What the audit entries of an incident say about it, oldest entry first. The same entries give the same facts; nothing
 * else is asked. Throws when no entry says that the incident was opened.
 */
export function foldFacts(entries: readonly TimelineEntry[]): PostmortemFacts {
  const [opened] = entriesOf(entries, 'incident.opened')
  if (opened?.incident === undefined) throw new TypeError('The entries do not begin with an opened incident.')
  const { title, runbook, linkedTo = null } = opened.data
  // The version it ended with; every one before is in its course.
  const moved = entriesOf(entries, 'runbook.rebased').at(-1)?.data
  const { runbookHash, bindings } = moved === undefined ? opened.data : { ...moved, runbookHash: moved.to }
  const closed = entriesOf(entries, 'incident.closed').at(-1)
  const times = timesOf(entries, opened.atMs)
  const impact = impactOf(entries)
  return {
    number: opened.incident,
    title,
    runbook: { name: runbook, hash: runbookHash },
    bindings,
    linkedTo,
    severity: severityOf(entries),
    impact,
    outcome: closed?.data.outcome ?? null,
    outcomeBecause: closed?.data.because ?? null,
    times,
    durations: durationsOf(times, impact.final),
    ...alertFacts(entries),
    symptoms: symptomFacts(entries),
    steps: stepFacts(entries),
    course: courseOf(entries),
    pages: pageFacts(entries),
    acts: actFacts(entries),
  }
}

function timesOf(entries: readonly TimelineEntry[], detectedAtMs: number): PostmortemFacts['times'] {
  const began = entriesOf(entries, 'alert.firing').map(({ data, atMs }) =>
    data.startsAt === undefined ? atMs : Date.parse(data.startsAt),
  )
  const lost = entriesOf(entries, 'recovery.lost').at(-1)?.atMs ?? -Infinity
  const resolvedAtMs = entriesOf(entries, 'incident.closed').at(-1)?.atMs ?? null
  const held = entriesOf(entries, 'recovery.held').find(({ atMs }) => atMs >= lost)
  return {
    // A source whose clock is ahead cannot make an incident begin after it was noticed.
    startedAtMs: Math.min(detectedAtMs, ...began.filter(Number.isFinite)),
    detectedAtMs,
    acknowledgedAtMs: entriesOf(entries, 'acknowledged')[0]?.atMs ?? null,
    mitigatedAtMs: held?.atMs ?? resolvedAtMs,
    resolvedAtMs,
  }
}

function durationsOf(
  { startedAtMs, detectedAtMs, acknowledgedAtMs, mitigatedAtMs, resolvedAtMs }: PostmortemFacts['times'],
  impact: Impact,
): PostmortemFacts['durations'] {
  const since = (fromMs: number, toMs: number | null): number | null =>
    toMs === null ? null : Math.max(0, toMs - fromMs)
  return {
    detectionMs: detectedAtMs - startedAtMs,
    responseMs: since(detectedAtMs, acknowledgedAtMs),
    mitigationMs: since(detectedAtMs, mitigatedAtMs),
    resolutionMs: since(detectedAtMs, resolvedAtMs),
    impactMs: impact === 'no' ? null : since(startedAtMs, mitigatedAtMs),
  }
}

function severityOf(entries: readonly TimelineEntry[]): PostmortemFacts['severity'] {
  const assessed = entriesOf(entries, 'triage.assessed').at(-1)?.data
  const changes = changesOf<Severity>(entriesOf(entries, 'severity.changed'))
  const final = changes.at(-1)?.to ?? assessed?.severity ?? 'SEV3'
  // The label is the system's own word for what triage measured, not for what people made of it.
  const label = assessed?.severity === final ? (assessed.label ?? null) : null
  return { final, label, changes }
}

function impactOf(entries: readonly TimelineEntry[]): PostmortemFacts['impact'] {
  const assessed = entriesOf(entries, 'triage.assessed').at(-1)?.data.impact
  const changes = changesOf<Impact>(entriesOf(entries, 'impact.changed'))
  return { final: changes.at(-1)?.to ?? assessed ?? 'unknown', changes }
}

function changesOf<T>(
  entries: readonly {
    atMs: number
    actor: TimelineEntry['actor']
    data: { from: T; to: T; because: string }
  }[],
): FactChange<T>[] {
  return entries.map(({ atMs, actor, data: { from, to, because } }) => ({
    atMs,
    from,
    to,
    by: actor,
    because,
  }))
}

function courseOf(entries: readonly TimelineEntry[]): PostmortemFacts['course'] {
  return entries.flatMap((entry): PostmortemFacts['course'] => {
    const { atMs } = entry
    switch (entry.kind) {
      case 'verification.ended': {
        const { of, verdict, because } = entry.data
        return of.startsWith('overall/') ? [{ atMs, what: 'verified', verdict, because }] : []
      }
      case 'recovery.held':
        return [{ atMs, what: 'held', verdict: null, because: entry.data.because }]
      case 'recovery.lost':
        return [{ atMs, what: 'lost', verdict: null, because: entry.data.because }]
      case 'ladder.exhausted':
        return [{ atMs, what: 'exhausted', verdict: null, because: entry.data.because }]
      case 'undo.ended': {
        const { step, is, because } = entry.data
        if (is === 'not-needed') return []
        const what = is === 'undone' ? 'taken back' : 'left in place'
        return [{ atMs, what, verdict: null, because: `${step}: ${because}` }]
      }
      case 'runbook.rebased': {
        const { from, to, reason } = entry.data
        const why = reason === undefined ? '' : `: ${reason}`
        return [
          {
            atMs,
            what: 'moved',
            verdict: null,
            because: `from ${from.slice(0, 12)} to ${to.slice(0, 12)}${why}`,
          },
        ]
      }
      default:
        return []
    }
  })
}

/** How an incident ended, for a sentence that goes on with `because`. */
export function outcomeInWords(outcome: IncidentOutcome, because: string): string {
  return outcome === 'recovered' && isWhatWasTaken(because)
    ? 'no recovery was measured'
    : outcomeWords[outcome]
}

const outcomeWords: Record<IncidentOutcome, string> = {
  recovered: 'recovered, proved by measurement',
  'resolved-by-person': 'resolved by a person',
  cancelled: 'cancelled, it was no incident',
}
