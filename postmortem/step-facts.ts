import type { FactStep } from '../contracts/postmortem.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'

/** Every attempt of every step that was considered, in the order of the ladder. */
export function stepFacts(entries: readonly TimelineEntry[]): FactStep[] {
  const steps = new Map<string, FactStep>()
  for (const entry of entries) {
    const of = attemptOf(entry)
    if (of === undefined) continue
    const key = `${of.step}/${of.attempt}`
    const known = steps.get(key) ?? nothingKnown(of)
    steps.set(key, known)
    Object.assign(known, learned(entry, known))
  }
  return [...steps.values()]
}

interface Attempt {
  step: string
  attempt: number
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

function attemptOf(entry: TimelineEntry): Attempt | undefined {
  switch (entry.kind) {
    case 'step.planned':
    case 'step.ended':
    case 'claim.made':
    case 'claim.abandoned':
    case 'effect.ended':
    case 'effect.probed':
      return { step: entry.data.step, attempt: entry.data.attempt }
    case 'gate.voted':
    case 'gate.decided':
    case 'gate.expired':
    case 'gate.withdrawn':
      return attemptOfId(entry.data.gateId)
    case 'verification.ended':
      return entry.data.of.startsWith('overall/') ? undefined : attemptOfId(entry.data.of)
    default:
      return undefined
  }
}

/** Ids are derived: `INC-…/<step>/<attempt>`, see contracts/incident.ts; an outcome's gate adds a word. */
function attemptOfId(id: string): Attempt | undefined {
  const [, step, attempt] = /^(?:INC-[\d-]+\/)?(.+?)\/(\d+)(?:\/[a-z-]+)?$/.exec(id) ?? []
  return step === undefined ? undefined : { step, attempt: Number(attempt) }
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
