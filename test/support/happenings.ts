/** Drills and what came of them, told by hand: each says only what its test is about. */
import type { Drill, Expectation } from '../../contracts/drill.ts'
import { parseDuration } from '../../contracts/duration.ts'
import type { Actor, TimelineEvents, TimelineKind } from '../../contracts/timeline.ts'
import type { Happened, Measured, Moment, Receipt, SentPage, ToldNews } from '../../drills/happened.ts'

const number = 'INC-2026-03-02-001'
const openedAtMs = Date.parse('2026-03-02T09:00:00Z')

/** `2m 05s` after the opening; `slack` of it was spent by the machine. */
export function after(written: string, slack = '0ms'): Moment {
  const atMs = written.split(' ').reduce((sum, part) => sum + parseDuration(part)!, 0)
  return { atMs, slackMs: parseDuration(slack)! }
}

type Entry = Happened['timeline'][number]

/** An entry of the record. Gates are named by their step: `end-idle/1`. */
export function entry<K extends TimelineKind>(
  moment: string | Moment,
  kind: K,
  data: TimelineEvents[K],
  actor: Actor = 'paramedic',
): Entry {
  const when = typeof moment === 'string' ? after(moment) : moment
  const written = { kind, actor, data, incident: number, atMs: openedAtMs + when.atMs }
  // K ties kind and data; the member of the union that they form cannot be named generically.
  return { ...written, seq: 1, recordedAt: '', hash: '', moment: when } as unknown as Entry
}

export function assessed(
  moment: string,
  { severity = 'SEV2', impact = 'no' }: Partial<TimelineEvents['triage.assessed']> = {},
): Entry {
  return entry(moment, 'triage.assessed', { severity, impact, because: 'measured' })
}

export function stepEnded(
  moment: string | Moment,
  step: string,
  result: TimelineEvents['step.ended']['result'],
  attempt = 1,
): Entry {
  return entry(moment, 'step.ended', { step, attempt, result, because: 'so it was' })
}

export function gateOpened(
  moment: string,
  step: string,
  gate: 'approval' | 'manual' | 'outcome' = 'approval',
): Entry {
  const asked = { approvers: ['role:on-call'], quorum: 1, question: 'May it?' }
  return entry(moment, 'gate.opened', { gateId: gateOf(step, gate), gate, step, ...asked })
}

/** The id of the first gate of a step. */
export function gateOf(step: string, gate: 'approval' | 'manual' | 'outcome' = 'approval'): string {
  return `${number}/${step}/1${gate === 'approval' ? '' : `/${gate}`}`
}

export function verified(
  moment: string,
  of: string,
  verdict: TimelineEvents['verification.ended']['verdict'],
): Entry {
  const measured = {
    until: 'value.used_ratio < 0.7',
    measured: {},
    samples: 1,
    heldForMs: 0,
    because: 'measured',
  }
  return entry(moment, 'verification.ended', { of, verdict, ...measured })
}

export function page(moment: string | Moment, ...to: string[]): SentPage {
  return { moment: typeof moment === 'string' ? after(moment) : moment, level: 0, to }
}

export function told(moment: string, event: string, ...to: string[]): ToldNews {
  return { moment: after(moment), event, to }
}

export function receipt(moment: string, step: string, more: Partial<Receipt> = {}): Receipt {
  const of = { attempt: 1, action: 'postgres.terminate_idle', target: 'orders-db', parameters: {} }
  return { moment: after(moment), step, ...of, ...more }
}

export function measured(
  moment: string,
  check: string,
  values: Record<string, unknown> | string,
  target = 'orders-db',
): Measured {
  const answer = typeof values === 'string' ? { problem: values } : { values }
  return { moment: after(moment), check, target, ...answer }
}

export function happened(what: Partial<Happened> = {}): Happened {
  return {
    number,
    openedAtMs,
    timeline: [],
    pages: [],
    told: [],
    receipts: [],
    measured: [],
    severity: 'SEV2',
    impact: 'no',
    phase: 'mitigation',
    outcome: 'open',
    refused: [],
    tookMs: 300,
    ...what,
  }
}

export function drillOf(expect: Partial<Expectation>, more: Partial<Omit<Drill, 'expect'>> = {}): Drill {
  return {
    name: 'nobody-approves',
    runbook: 'orders-connections',
    given: {
      at: { day: 'mon', minute: 600 },
      alert: { labels: {}, annotations: {} },
      targets: {},
      autonomy: 'auto',
      people: {},
      checks: {},
      steps: {},
    },
    events: [],
    crashes: [],
    expect: { pages: [], never: [], ...expect },
    ...more,
  }
}
