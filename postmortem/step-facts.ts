import { attemptOfEntry } from '../contracts/attempt-of-entry.ts'
import type { Attempt } from '../contracts/incident.ts'
import type { FactStep } from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/** Every attempt of every step that was considered, in the order of the ladder. */
export function stepFacts(entries: readonly TimelineEntry[]): FactStep[] {
  const steps = new Map<string, FactStep>()
  for (const entry of entries) {
    const of = attemptOfEntry(entry)
    if (of === undefined) continue
    const key = `${of.step}/${of.attempt}`
    const known = steps.get(key) ?? nothingKnown(of)
    steps.set(key, known)
    Object.assign(known, learned(entry, known))
  }
  return [...steps.values()]
}

function nothingKnown({ step, attempt }: Attempt): FactStep {
  return {
    step,
    attempt,
    action: null,
    target: null,
    risk: null,
    plan: null,
    votes: [],
    answer: null,
    startedAtMs: null,
    outcome: null,
    touched: null,
    evidence: null,
    error: null,
    verdict: null,
    verdictBecause: null,
    result: null,
    resultBecause: null,
  }
}

/** What one entry adds to what is known of its attempt. */
function learned(entry: TimelineEntry, known: FactStep): Partial<FactStep> {
  const { atMs, actor: by } = entry
  switch (entry.kind) {
    case 'step.planned': {
      const { action, target, risk, planHash: hash, preview, parameters } = entry.data
      return { action, target, risk, plan: { hash, summary: preview.summary, parameters } }
    }
    case 'claim.made':
      return { action: entry.data.action, target: entry.data.target, startedAtMs: atMs }
    case 'claim.abandoned':
      return { resultBecause: entry.data.because }
    case 'gate.opened':
      return entry.data.gate === 'manual' ? { manual: entry.data.question } : {}
    case 'gate.voted': {
      const { verdict, reason = null } = entry.data
      return { votes: [...known.votes, { atMs, by, verdict, reason }] }
    }
    case 'gate.decided': {
      const { answer, reason = null } = entry.data
      return answer === undefined ? {} : { answer: { atMs, by, answer, reason } }
    }
    case 'effect.ended': {
      const { outcome, touched, unit = '', evidence = null, error = null } = entry.data
      return {
        outcome,
        touched: touched === undefined ? null : `${touched} ${unit}`.trim(),
        evidence,
        error,
      }
    }
    case 'effect.probed':
      return { evidence: entry.data.evidence ?? known.evidence }
    case 'verification.ended':
      return { verdict: entry.data.verdict, verdictBecause: entry.data.because }
    case 'step.ended':
      return { result: entry.data.result, resultBecause: entry.data.because }
    default:
      return {}
  }
}
