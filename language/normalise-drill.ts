/** The one place where a written drill becomes contracts/drill.ts: what holds in all drills, milliseconds, every default. */
import type {
  CheckChange,
  CrashAround,
  Drill,
  DrillEvent,
  Given,
  PersonsAct,
  ScriptedAttempt,
  WeeklyMoment,
  WhatHappens,
  When,
} from '../contracts/drill.ts'
import type { EventSource } from './drill-event-source.ts'
import { type GivenSource, usualMoment } from './drill-given-source.ts'
import type { DrillSource, OneDrillSource } from './drill-source.ts'
import { mapped, normaliseExpectation, type ParametersOf } from './normalise-expectation.ts'
import { present } from './normalise-runbook.ts'

/** Said where a drill gives no reason of its own. */
const usualReason = 'as the drill says'

/** The source must be free of findings about its form. `parametersOf` reads what an effect is done with; without it texts stay texts. */
export function normaliseDrills(source: DrillSource, parametersOf?: ParametersOf): Drill[] {
  return Object.entries(source.drills).map(([name, drill]) => ({
    name,
    runbook: source.runbook,
    ...present('what', drill.what),
    given: givenOf(source.given, drill.given),
    events: drill.events.filter(event => !isCrashAround(event)).map(eventOf),
    crashes: drill.events.filter(isCrashAround).map(crashOf),
    expect: normaliseExpectation(source.expect, drill.expect, parametersOf),
  }))
}

/** Its moment is a place around an effect, and no time. */
export function isCrashAround({ crash, point }: Pick<EventSource, 'crash' | 'point'>): boolean {
  return crash !== undefined && point !== undefined
}

function givenOf(ofAll: GivenSource, own: GivenSource): Given {
  return {
    at: momentOf(own.at ?? ofAll.at ?? usualMoment),
    alert: {
      labels: { ...ofAll.alert?.labels, ...own.alert?.labels },
      annotations: { ...ofAll.alert?.annotations, ...own.alert?.annotations },
    },
    targets: mapped({ ...ofAll.targets, ...own.targets }, targetsOf),
    autonomy: own.autonomy ?? ofAll.autonomy ?? 'auto',
    people: { ...ofAll.people, ...own.people },
    checks: mapped({ ...ofAll.checks, ...own.checks }, changesOf),
    steps: mapped({ ...ofAll.steps, ...own.steps }, attempts =>
      (Array.isArray(attempts) ? attempts : [attempts]).map(attemptOf),
    ),
  }
}

function momentOf(written: NonNullable<GivenSource['at']>): WeeklyMoment {
  if (!('clock' in written)) return written
  const { day, clock: minute, zone } = written
  return { day, minute, ...present('zone', zone) }
}

function targetsOf(written: number | string[], role: string): string[] {
  if (typeof written !== 'number') return written
  return written === 1 ? [role] : Array.from({ length: written }, (_, index) => `${role}-${index + 1}`)
}

type WrittenChecks = NonNullable<GivenSource['checks']>[string]
type WrittenChange = Extract<WrittenChecks, unknown[]>[number]

function changesOf(written: WrittenChecks): CheckChange[] {
  return Array.isArray(written) ? written.map(changeOf) : [{ from: { atMs: 0 }, is: written }]
}

function changeOf({ at, after, wait, target, is, fails, takes }: WrittenChange): CheckChange {
  return {
    from: after === undefined ? { atMs: at ?? 0 } : { afterEffectOf: after, afterMs: wait ?? 0 },
    ...present('is', is),
    ...present('target', target),
    ...present('fails', fails),
    ...present('takesMs', takes),
  }
}

type WrittenAttempts = NonNullable<GivenSource['steps']>[string]
type WrittenAttempt = Exclude<WrittenAttempts, unknown[]>

function attemptOf(written: WrittenAttempt): ScriptedAttempt {
  return {
    ...present('wouldTouch', written.would_touch),
    ...present('touches', written.touches),
    ...present('fails', written.fails),
    ...present('unknown', written.unknown),
    ...present('takesMs', written.takes),
    ...present('isReplaced', written.is_replaced),
    ...present('cannotPlan', written.cannot_plan),
  }
}

/** The linter has seen to it that a step is named where one is needed, and one thing is said to happen. */
function crashOf({ step = '', point = 'before-claim' }: OneDrillSource['events'][number]): CrashAround {
  return { step, at: point }
}

function eventOf(written: EventSource): DrillEvent {
  return { ...whenOf(written), ...whatOf(written) }
}

function whenOf({ at = 0, on, after = 0 }: EventSource): When {
  return on === undefined ? { atMs: at } : { gateOf: on.gate, afterMs: after }
}

function whatOf(written: EventSource): WhatHappens {
  const { alert, crash, who = '' } = written
  if (alert !== undefined) return { kind: 'alert', does: alert, labels: written.labels ?? {} }
  if (crash !== undefined) return { kind: 'crash', of: crash }
  return { kind: 'person', who, does: actOf(written) }
}

function actOf(written: EventSource): PersonsAct {
  const {
    does: act = 'acknowledge',
    severity,
    impact,
    on,
    because: reason = usualReason,
    done = true,
  } = written
  const { step = on?.gate ?? '' } = written
  if (severity !== undefined) return { act: 'severity', is: severity }
  if (impact !== undefined) return { act: 'impact', is: impact }
  switch (act) {
    case 'acknowledge':
      return { act }
    case 'approve':
    case 'deny':
      return { act, step, ...present('reason', written.because) }
    case 'tick':
    case 'decide':
      return { act, step, done }
    case 'resolve':
    case 'cancel':
    case 'freeze':
    case 'unfreeze':
      return { act, reason }
    default:
      return act satisfies never
  }
}
