/** Whom a runbook calls when, by what happens in an incident: its levels, held against a course of events. */
import { type Impact, isMoreSevere, type Phase, type Severity } from '../contracts/incident.ts'
import { type EscalationLevel, inItsHours, type Runbook } from '../contracts/runbook.ts'
import { evaluateCondition, incidentScope } from '../language/conditions.ts'

export interface Situation {
  severity: Severity
  impact: Impact
  phase: Phase
}

/** Something that levels go by. Times are milliseconds since the opening. */
export type Turn = { atMs: number } & (
  | { kind: 'situation'; is: Partial<Situation> }
  | { kind: 'acknowledged' }
  /** People are needed at once: the next level does not wait for its time. */
  | { kind: 'hurry' }
  /** A recovery is held: nobody is called. */
  | { kind: 'held' }
  | { kind: 'lost' }
)

export interface Course {
  /** When it opened, for office hours. */
  openedAtMs: number
  /** Before triage has said anything. */
  first: Situation
  /** In the order of their times. */
  turns: readonly Turn[]
  /** It ends then: nobody is called any more. */
  endsAtMs: number
}

export interface ForeseenPage {
  atMs: number
  level: number
  to: string[]
}

export interface Foreseen {
  pages: ForeseenPage[]
  /** Every severity it has once triage is over, with the level that raised it. */
  severities: { atMs: number; is: Severity; level?: number }[]
}

interface LevelState {
  isPaged: boolean
  isHurried: boolean
  /** Since when nothing but its time holds it back. */
  eligibleSinceMs?: number
  /** Since when its condition holds. */
  holdsSinceMs?: number
}

/** The same judgements as an incident makes: every level once, at its time or as soon as nothing holds it back. */
export function foreseePages(runbook: Pick<Runbook, 'escalate' | 'officeHours'>, course: Course): Foreseen {
  const { escalate } = runbook
  const levels = escalate.map((): LevelState => ({ isPaged: false, isHurried: false }))
  const situation = { ...course.first }
  const foreseen: Foreseen = { pages: [], severities: [] }
  let [isAcknowledged, isHeld] = [false, false]

  const isHeldBack = (level: EscalationLevel): boolean =>
    isHeld || (level.unless === 'acknowledged' && isAcknowledged) || !doesHold(level, situation)

  function look(nowMs: number): void {
    for (const [index, level] of escalate.entries()) {
      const state = levels[index]!
      if (!doesHold(level, situation)) delete state.holdsSinceMs
      else state.holdsSinceMs ??= nowMs
      if (isHeldBack(level)) delete state.eligibleSinceMs
      else state.eligibleSinceMs ??= nowMs
    }
  }

  function due(): { level: number; atMs: number }[] {
    return escalate
      .flatMap((level, index) => {
        const { isPaged, isHurried, eligibleSinceMs, holdsSinceMs = 0 } = levels[index]!
        if (isPaged || eligibleSinceMs === undefined) return []
        const lastedMs = level.forMs === undefined || isHurried ? 0 : holdsSinceMs + level.forMs
        const readyMs = Math.max(isHurried ? 0 : level.afterMs, eligibleSinceMs, lastedMs)
        const atMs = inItsHours(runbook, index, course.openedAtMs + readyMs) - course.openedAtMs
        return [{ level: index, atMs }]
      })
      .toSorted((a, b) => a.atMs - b.atMs || a.level - b.level)
  }

  /** Pages that are due until then. What one of them changes may make another one due. */
  function passTo(untilMs: number): void {
    for (;;) {
      const [next] = due()
      if (next === undefined || next.atMs > untilMs) return
      const { page, severity } = escalate[next.level]!
      levels[next.level]!.isPaged = true
      foreseen.pages.push({ ...next, to: page })
      if (severity === undefined || !isMoreSevere(severity, situation.severity)) continue
      situation.severity = severity
      foreseen.severities.push({ atMs: next.atMs, is: severity, level: next.level })
      look(next.atMs)
    }
  }

  look(0)
  for (const turn of course.turns) {
    if (turn.atMs >= course.endsAtMs) break
    passTo(turn.atMs)
    if (turn.kind === 'situation') {
      const { severity } = turn.is
      if (severity !== undefined) foreseen.severities.push({ atMs: turn.atMs, is: severity })
      Object.assign(situation, turn.is)
    } else if (turn.kind === 'acknowledged') isAcknowledged = true
    else if (turn.kind === 'held') isHeld = true
    else if (turn.kind === 'lost') isHeld = false
    else {
      const next = due().find(
        ({ level, atMs }) => atMs > turn.atMs && isInHours(runbook, course, level, turn.atMs),
      )
      if (next !== undefined) levels[next.level]!.isHurried = true
      // It is due from now on.
      if (next !== undefined) levels[next.level]!.eligibleSinceMs = turn.atMs
    }
    look(turn.atMs)
  }
  passTo(course.endsAtMs - 1)
  return foreseen
}

function isInHours(
  runbook: Pick<Runbook, 'escalate' | 'officeHours'>,
  { openedAtMs }: Course,
  level: number,
  atMs: number,
): boolean {
  return inItsHours(runbook, level, openedAtMs + atMs) === openedAtMs + atMs
}

function doesHold({ when }: EscalationLevel, situation: Situation): boolean {
  if (when === undefined) return true
  const evaluated = evaluateCondition(when, incidentScope(situation))
  // Without data a level pages.
  return !('value' in evaluated) || evaluated.value
}
