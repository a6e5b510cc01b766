/** From what is foreseen of an incident to a drill that expects it. */
import type {
  CheckChange,
  CrashAround,
  Drill,
  DrillEvent,
  Expectation,
  ScriptedAttempt,
  WeeklyMoment,
} from '../contracts/drill.ts'
import { isMoreSevere, type Severity } from '../contracts/incident.ts'
import { undoId, type Runbook } from '../contracts/runbook.ts'
import { momentOf } from '../language/weekly-moment.ts'
import type { Path } from './asked-conditions.ts'
import type { CommonDrill, Making } from './making.ts'
import type { Foreseen } from './foreseen-pages.ts'
import { foreseePages, type Turn } from './foreseen-pages.ts'
import { type FoundStep, gateOf, type Ladder, stepNamed } from './foreseen-ladder.ts'
import { assess, type MeasuredValues } from './judged-conditions.ts'

/** Everything that a kind of drill decides; times are milliseconds since the opening. */
export interface Plot {
  name: string
  what: string
  /** What is measured from the opening on. */
  values: MeasuredValues
  /** What every check fails with. */
  checksFail?: string
  /** What is measured from then on. */
  changes?: { from: CheckChange['from']; values: MeasuredValues }[]
  steps?: Record<string, ScriptedAttempt[]>
  events: DrillEvent[]
  crashes?: CrashAround[]
  targets?: Record<string, string[]>
  ladders: Ladder[]
  turns: Turn[]
  end: { atMs: number; outcome: 'recovered' | 'resolved-by-person'; isTimeKnown: boolean }
  undone?: string[]
  never?: Expectation['never']
  timeline?: Expectation['timeline']
  /** The proof of the whole, each time it is made. */
  verdicts?: Expectation['verdicts']
}

/** In the night, when nobody is at work. */
const atNight: WeeklyMoment = { day: 'mon', minute: 180 }
/** With levels that wait for office hours, so long before these begin that the others have paged. */
const beforeWorkMinutes = 70

function atOf({ runbook: { officeHours }, scene }: Pick<Making, 'runbook' | 'scene'>): WeeklyMoment {
  if (scene.at !== undefined) return scene.at
  const [day] = officeHours?.days ?? []
  if (officeHours === undefined || day === undefined || officeHours.fromMinute < beforeWorkMinutes)
    return atNight
  return { day, minute: officeHours.fromMinute - beforeWorkMinutes }
}
/** Any week; the clocks are not changed in it. */
const anyWeekMs = Date.UTC(2026, 0, 5)

export function openedAtMs({ runbook, scene }: Pick<Making, 'runbook' | 'scene'>): number {
  return momentOf(atOf({ runbook, scene }), runbook.officeHours?.zone ?? 'UTC', anyWeekMs)
}

export function pagesUntil(
  making: Making,
  values: MeasuredValues,
  turns: readonly Turn[],
  endsAtMs: number,
): Foreseen {
  const { runbook, illness } = making
  const { severity, impact } = assess(illness, values)
  const assessed: Turn = { atMs: 0, kind: 'situation', is: { severity, impact, phase: 'mitigation' } }
  const last = runbook.triage.severity.at(-1)?.is ?? 'SEV3'
  return foreseePages(runbook, {
    openedAtMs: openedAtMs(making),
    first: { severity: last, impact: 'unknown', phase: 'triage' },
    turns: [assessed, ...turns.toSorted((a, b) => a.atMs - b.atMs)],
    endsAtMs,
  })
}

export function writeDrill(making: Making, plot: Plot): CommonDrill {
  const { runbook, illness, scene } = making
  const foreseen = pagesUntil(making, plot.values, plot.turns, plot.end.atMs)
  const steps = lastOfEach(plot.ladders)
  const { impact } = assess(illness, plot.values)
  const severities = foreseen.severities.map(({ is }) => ({ is }))
  const last = foreseen.severities.at(-1)?.is
  const drill: Drill = {
    name: plot.name,
    runbook: runbook.name,
    what: plot.what,
    given: {
      at: atOf(making),
      alert: illness.alert,
      targets: { ...illness.targets, ...plot.targets },
      autonomy: 'auto',
      people: scene.people ?? {},
      checks: checksOf(making, plot),
      steps: plot.steps ?? {},
    },
    events: plot.events,
    crashes: plot.crashes ?? [],
    expect: {
      severity: severities,
      impact: [{ is: impact }],
      steps: Object.fromEntries(steps.map(({ id, result }) => [id, { is: result }])),
      gates: Object.fromEntries(steps.flatMap(({ id, gates }) => gateEnd(runbook, id, gates.at(-1)))),
      pages: foreseen.pages.map(({ atMs, to }) => ({ atMs, to })),
      effects: effectsOf(steps, plot.undone ?? []),
      ...(plot.verdicts === undefined ? {} : { verdicts: plot.verdicts }),
      ...(plot.undone === undefined || plot.undone.length === 0
        ? {}
        : { undone: Object.fromEntries(plot.undone.map(step => [step, 'undone' as const])) }),
      outcome: plot.end.outcome,
      ...(plot.end.isTimeKnown ? { closedAtMs: plot.end.atMs } : {}),
      ...(plot.timeline === undefined ? {} : { timeline: plot.timeline }),
      postmortem: postmortemOf(runbook, last),
      never: plot.never ?? [],
    },
  }
  return { ...drill, places: placesOf(making, drill, foreseen) }
}

function checksOf({ runbook }: Making, plot: Plot): Record<string, CheckChange[]> {
  const { values, checksFail, changes = [] } = plot
  return Object.fromEntries(
    runbook.triage.checks.map(({ name }) => {
      const first: CheckChange =
        checksFail === undefined
          ? { from: { atMs: 0 }, is: values[name] ?? {} }
          : { from: { atMs: 0 }, fails: checksFail }
      return [name, [first, ...changes.map(change => ({ from: change.from, is: change.values[name] ?? {} }))]]
    }),
  )
}

/** A ladder may come to a step more than once: how it ended at last, and all that was done. */
function lastOfEach(ladders: readonly Ladder[]): FoundStep[] {
  const found = new Map<string, FoundStep>()
  for (const step of ladders.flatMap(ladder => ladder.steps)) {
    const before = found.get(step.id)
    found.set(step.id, {
      ...step,
      effects: step.effects + (before?.effects ?? 0),
      gates: [...(before?.gates ?? []), ...step.gates],
    })
  }
  return [...found.values()]
}

function gateEnd(
  runbook: Runbook,
  id: string,
  gate: FoundStep['gates'][number] | undefined,
): [string, { is: FoundStep['gates'][number]['is'] }][] {
  if (gate === undefined) return []
  const { step } = stepNamed(runbook, id)
  // What a person answers to a manual step is told by how the step ended.
  const isTold = !('manual' in step) || gate.is === 'expired' || gate.is === 'withdrawn'
  return isTold ? [[id, { is: gate.is }]] : []
}

function effectsOf(
  steps: readonly FoundStep[],
  undone: readonly string[],
): NonNullable<Expectation['effects']> {
  return Object.fromEntries([
    ...steps.flatMap(({ id, effects }) => (effects === 0 ? [] : [[id, { times: effects }] as const])),
    ...undone.map(step => [undoId(step), { times: 1 }] as const),
  ])
}

function postmortemOf({ postmortem }: Runbook, severity: Severity | undefined): { dueMs: number } | null {
  const isDue =
    postmortem !== undefined &&
    severity !== undefined &&
    postmortem.for.some(one => !isMoreSevere(one, severity))
  return isDue ? { dueMs: postmortem.dueMs } : null
}

function placesOf({ runbook, illness }: Making, drill: Drill, foreseen: Foreseen): CommonDrill['places'] {
  const { steps = {}, gates = {}, effects = {} } = drill.expect
  const of = (id: string): Path => ['mitigate', stepNamed(runbook, id.replace(/\.undo$/, '')).index]
  const { severity } = illness.runbook.triage
  return [
    ...foreseen.pages.map(({ level }, index) => ({
      path: ['expect', 'pages', index],
      from: ['escalate', level],
    })),
    ...foreseen.severities.map(({ is, level }, index) => ({
      path: ['expect', 'severity', index],
      from:
        level === undefined
          ? ['triage', 'severity', severity.findIndex(rule => rule.is === is)]
          : ['escalate', level, 'severity'],
    })),
    {
      path: ['expect', 'impact', 0],
      from: ['triage', ...(runbook.triage.impact === undefined ? [] : ['impact'])],
    },
    ...Object.keys(steps).map(id => ({ path: ['expect', 'steps', id], from: of(id) })),
    ...Object.keys(gates).map(id => {
      const { step } = stepNamed(runbook, id)
      const key = 'manual' in step ? 'manual' : step.gate === undefined ? 'uses' : 'gate'
      return { path: ['expect', 'gates', id], from: [...of(id), key] }
    }),
    ...Object.keys(effects).map(id => ({
      path: ['expect', 'effects', id],
      from: [...of(id), id.endsWith('.undo') ? 'undo' : 'uses'],
    })),
    { path: ['expect', 'outcome'], from: runbook.verify === undefined ? ['escalate'] : ['verify'] },
    { path: ['expect', 'closedAtMs'], from: ['holdMs'] },
    {
      path: ['expect', 'postmortem'],
      from: runbook.postmortem === undefined ? ['triage', 'severity'] : ['postmortem'],
    },
  ]
}

/** What people say when they are asked, so many of them as have to. */
export function answersOf({ runbook }: Making, ladders: readonly Ladder[]): DrillEvent[] {
  return ladders
    .flatMap(ladder => ladder.steps)
    .flatMap(({ id, gates }) => {
      const { step } = stepNamed(runbook, id)
      return gates.flatMap(({ is, endedAtMs, openedAtMs }): DrillEvent[] => {
        if (is !== 'approved' && is !== 'denied') return []
        const afterMs = endedAtMs - (gates[0]?.openedAtMs ?? openedAtMs)
        const when = { gateOf: id, afterMs, kind: 'person' } as const
        if ('manual' in step)
          return [{ ...when, who: people[0], does: { act: 'tick', step: id, done: is === 'approved' } }]
        if (is === 'denied')
          return [{ ...when, who: people[0], does: { act: 'deny', step: id, reason: 'not now' } }]
        return approvalsOf(id, gateOf(step)?.quorum ?? 1, afterMs)
      })
    })
}

/** As many people as it takes, so long after its gate has opened. */
export function approvalsOf(step: string, quorum: number, afterMs: number): DrillEvent[] {
  return askedPeople(quorum).map(who => ({
    gateOf: step,
    afterMs,
    kind: 'person',
    who,
    does: { act: 'approve', step },
  }))
}

const people = ['ana', 'ben', 'cem', 'dia', 'eva'] as const

function askedPeople(count: number): string[] {
  return Array.from({ length: count }, (_, index) => people[index] ?? `person-${index + 1}`)
}

/** How long people take to answer: a minute, or less where they have less. */
export function reactionMs(runbook: Runbook, id: string): number {
  const { step } = stepNamed(runbook, id)
  const expiresMs = 'manual' in step ? step.expiresMs : (gateOf(step)?.expiresMs ?? 0)
  return Math.min(60_000, Math.floor(expiresMs / 2))
}
