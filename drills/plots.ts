/** The three ways in which a common drill goes on: nobody mends it, a step does, or it passes by itself. */
import type { Drill, DrillEvent, ScriptedAttempt } from '../contracts/drill.ts'
import { attemptedUndo, type Runbook } from '../contracts/runbook.ts'
import { untilOfUndo, untilOfWhole } from './asked-conditions.ts'
import type { Turn } from './foreseen-pages.ts'
import {
  foreseeLadder,
  foreseeProof,
  gateOf,
  type Ladder,
  type Play,
  type Plays,
  stepNamed,
} from './foreseen-ladder.ts'
import { assess, holds } from './judged-conditions.ts'
import type { LeftOut, Made, Making } from './making.ts'
import { answersOf, pagesUntil, type Plot, writeDrill } from './write-drill.ts'

/** Nobody is late by so much: what a level and an end have between them. */
const apartMs = 30_000
/** People come this long after the last thing that happens by itself. */
const laterMs = 600_000
/** A level that waits for office hours does so for some days. */
const longestMs = 14 * 24 * 3_600_000

type Story = Pick<Plot, 'name' | 'what'> &
  Partial<Pick<Plot, 'never' | 'timeline' | 'targets' | 'checksFail'>>

export function playsOf({ illness }: Making, more: Partial<Plays> = {}): Plays {
  return {
    given: illness,
    values: illness.sick.values,
    well: illness.well.values,
    unbound: [],
    play: () => 'moot',
    answer: () => undefined,
    ...more,
  }
}

/** It is ill for ever, until a person has mended it by hand. */
export function neverMended(
  making: Making,
  story: Story,
  plays: Plays,
  { acknowledgedAtMs, isShort = false }: { acknowledgedAtMs?: number; isShort?: boolean } = {},
): Made {
  const { runbook } = making
  const whole = foreseeLadder(plays)
  const acknowledged: Turn[] =
    acknowledgedAtMs === undefined ? [] : [{ atMs: acknowledgedAtMs, kind: 'acknowledged' }]
  const turnsOf = (ladder: Ladder): Turn[] => [...acknowledged, ...hurriesOf(ladder)]
  const pages = pagesUntil(making, plays.values, turnsOf(whole), longestMs).pages
  const asked = Math.max(
    ...whole.steps.flatMap(({ gates }) => gates.flatMap(gate => (isAnswer(gate) ? [gate.endedAtMs] : []))),
    0,
  )
  const lastMs = isShort ? asked : Math.max(whole.endedAtMs, lastPage(runbook, pages))
  const endMs = awayFrom(
    [...pages.map(({ atMs }) => atMs), ...whole.hurries.map(({ atMs }) => atMs)],
    Math.ceil((lastMs + laterMs) / 60_000) * 60_000,
  )
  const close = whole.hurries.find(({ atMs }) =>
    pages.some(page => page.atMs > atMs && page.atMs < atMs + apartMs / 10),
  )
  if (close !== undefined)
    return left(
      story,
      `people are needed (${close.from.join('.')}) just before a level is due: which comes first is a matter of milliseconds`,
    )
  const ladder = foreseeLadder({ ...plays, resolvesAtMs: endMs })
  if (ladder.end === 'healed')
    return left(story, 'what is measured before a step proves that the step has helped')
  const events: DrillEvent[] = [
    ...(acknowledgedAtMs === undefined
      ? []
      : [{ atMs: acknowledgedAtMs, kind: 'person', who: 'ana', does: { act: 'acknowledge' } } as const]),
    ...answersOf(making, [ladder]),
    { atMs: endMs, kind: 'person', who: 'ana', does: { act: 'resolve', reason: 'mended by hand' } },
  ]
  return writeDrill(making, {
    ...story,
    values: plays.values,
    steps: scriptedBy(runbook, plays),
    events,
    ladders: [ladder],
    turns: turnsOf(ladder),
    end: { atMs: endMs, outcome: 'resolved-by-person', isTimeKnown: true },
  })
}

/** Each look at what has become worse takes its real time: a level that comes after hundreds of them is not waited for. */
const mostLooks = 200

function lastPage({ triage: { recheckMs } }: Runbook, pages: readonly { atMs: number }[]): number {
  const latestMs = recheckMs === undefined ? longestMs : mostLooks * recheckMs
  return pages.findLast(({ atMs }) => atMs <= latestMs)?.atMs ?? 0
}

function isAnswer({ is }: { is: string }): boolean {
  return is === 'approved' || is === 'denied'
}

/** Where what a machine needs could decide which of two comes first, the later one comes later. */
export function awayFrom(moments: readonly number[], atMs: number): number {
  return moments.some(moment => Math.abs(moment - atMs) < apartMs) ? awayFrom(moments, atMs + 60_000) : atMs
}

export function hurriesOf({ hurries }: Ladder): Turn[] {
  return hurries.map(({ atMs }) => ({ atMs, kind: 'hurry' }))
}

/** What the targets are told to do with each step. */
export function scriptedBy({ mitigate }: Runbook, { play }: Plays): Record<string, ScriptedAttempt[]> {
  const scripts: Partial<Record<Play, ScriptedAttempt[]>> = {
    moot: [{ wouldTouch: 0 }],
    'effect-fails': [{ fails: 'the drill lets it fail' }],
  }
  return Object.fromEntries(
    mitigate.flatMap(step => {
      const script = 'manual' in step ? undefined : scripts[play(step.id)]
      return script === undefined ? [] : [[step.id, script]]
    }),
  )
}

/** The step mends it, and the incident recovers and closes. */
export function mendedBy(
  making: Making,
  story: Story,
  plays: Plays,
  healing: string,
  more: { crashes?: Drill['crashes']; events?: DrillEvent[]; lateMs?: number } = {},
): Made {
  const { runbook, illness } = making
  const ladder = foreseeLadder(plays)
  const healer = ladder.steps.at(-1)
  if (ladder.end !== 'healed' || healer?.id !== healing)
    return left(story, `it could not be arranged that ${healing} is the step that mends it`)
  const [whole] = untilOfWhole(runbook)
  if (whole !== undefined && holds(illness, whole, plays.well) !== true)
    return left(story, `no values are known of which \`${whole.text}\` holds when ${healing} has helped`)
  const worse = whyWorse(making, plays)
  if (worse !== undefined) return left(story, worse)
  const lateMs = more.lateMs ?? 0
  const end = foreseeRecovery(runbook, ladder.endedAtMs, isWellUndone(making, healing))
  if ('because' in end) return left(story, end.because)
  const turns: Turn[] = [...hurriesOf(ladder), { atMs: end.heldAtMs, kind: 'held' }]
  const near = pagesUntil(making, plays.values, hurriesOf(ladder), longestMs).pages.find(
    ({ atMs }) => atMs > end.heldAtMs - apartMs / 10 && atMs < end.heldAtMs + lateMs + apartMs / 10,
  )
  if (near !== undefined && near.atMs > 0)
    return left(
      story,
      `escalate[${near.level}] is due just when it has recovered: which comes first is a matter of milliseconds`,
    )
  return writeDrill(making, {
    ...story,
    values: plays.values,
    changes: [{ from: { afterEffectOf: healing, afterMs: 0 }, values: plays.well }],
    steps: scriptedBy(runbook, plays),
    events: [
      ...answersOf(making, [ladder]),
      ...(more.events ?? []),
      // While it is held: an alert that resolves earlier would end the ladder.
      { atMs: end.resolvesAtMs + lateMs, kind: 'alert', does: 'resolves', labels: {} },
    ],
    crashes: more.crashes ?? [],
    ladders: [ladder],
    turns,
    end: { atMs: end.closedAtMs, outcome: 'recovered', isTimeKnown: lateMs === 0 },
    undone: end.undone,
    ...(runbook.verify === undefined
      ? {}
      : {
          verdicts: {
            overall: [{ is: 'recovered' }, ...end.undone.map(() => ({ is: 'recovered' as const }))],
          },
        }),
  })
}

/** What `recheck` would raise in the middle of it. */
export function whyWorse({ illness, runbook }: Making, { values, well }: Plays): string | undefined {
  if (runbook.triage.recheckMs === undefined) return undefined
  const [before, after] = [assess(illness, values), assess(illness, well)]
  const isWorse = after.severity < before.severity || (after.impact === 'yes' && before.impact !== 'yes')
  return isWorse ? 'no values are known that are well and no worse than when it was ill' : undefined
}

/** Undefined: nothing is taken back. */
function isWellUndone({ runbook, illness }: Making, id: string) {
  const { step, index } = stepNamed(runbook, id)
  if ('manual' in step || step.temporary !== true || !('uses' in step.undo)) return undefined
  const [until] = untilOfUndo(step, index)
  const isWell = until === undefined || holds(illness, until, illness.well.values) === true
  return { id, isWell, undo: attemptedUndo(step, step.undo) }
}

interface Recovery {
  heldAtMs: number
  resolvesAtMs: number
  closedAtMs: number
  undone: string[]
}

/** Proved, held, without what was temporary proved and held once more, and closed. */
function foreseeRecovery(
  { verify, holdMs }: Runbook,
  fromMs: number,
  undoing: ReturnType<typeof isWellUndone>,
): Recovery | LeftOut {
  const proof = (atMs: number, resolvesMs: number): number =>
    verify === undefined ? Math.max(atMs, resolvesMs) : foreseeProof(verify, true, atMs).atMs
  if (verify !== undefined && !foreseeProof(verify, true, 0).isProved)
    return { name: '', because: 'the proof of the whole has no time to succeed' }
  const resolvesAtMs = verify === undefined ? fromMs + 60_000 : proof(fromMs, 0)
  const heldAtMs = proof(fromMs, resolvesAtMs)
  const isOverAtMs = heldAtMs + holdMs
  if (undoing === undefined) return { heldAtMs, resolvesAtMs, closedAtMs: isOverAtMs, undone: [] }
  const { id, isWell, undo } = undoing
  if (gateOf({ uses: undo.uses }) !== undefined)
    return { name: '', because: `somebody has to allow that ${id} is taken back` }
  if (!isWell) return { name: '', because: `no values are known that prove that ${id} was taken back` }
  const undoneAtMs = undo.verify === undefined ? isOverAtMs : foreseeProof(undo.verify, true, isOverAtMs).atMs
  return { heldAtMs, resolvesAtMs, closedAtMs: proof(undoneAtMs, resolvesAtMs) + holdMs, undone: [id] }
}

/** There is nothing for the steps to do, and it passes by itself; with `returnsAfter` it comes back so long after it was held. */
export function passes(making: Making, story: Story, resolvesAtMs: number, returnsAfterMs?: number): Made {
  const { runbook, illness } = making
  const [whole] = untilOfWhole(runbook)
  if (whole !== undefined && holds(illness, whole, illness.well.values) !== true)
    return left(story, `no values are known of which \`${whole.text}\` holds`)
  const worse = whyWorse(making, playsOf(making))
  if (worse !== undefined) return left(story, worse)
  if (runbook.verify !== undefined && !foreseeProof(runbook.verify, true, 0).isProved)
    return left(story, 'the proof of the whole has no time to succeed')
  return returnsAfterMs === undefined
    ? passesOnce(making, story, resolvesAtMs)
    : passesTwice(making, story, resolvesAtMs, returnsAfterMs)
}

function passesOnce(making: Making, story: Story, resolvesAtMs: number): Made {
  const { runbook } = making
  const ladder = foreseeLadder(playsOf(making, { resolvesAtMs }))
  const heldAtMs = heldAfter(runbook, resolvesAtMs)
  return writeDrill(making, {
    ...passing(making, story, resolvesAtMs, [ladder]),
    events: [{ atMs: resolvesAtMs, kind: 'alert', does: 'resolves', labels: {} }],
    turns: [...hurriesOf(ladder), { atMs: heldAtMs, kind: 'held' }],
    end: { atMs: heldAtMs + runbook.holdMs, outcome: 'recovered', isTimeKnown: true },
    ...verdictsOf(runbook, 1),
  })
}

/** When a recovery is held of which every measurement says that it is well. */
function heldAfter({ verify }: Runbook, atMs: number): number {
  return verify === undefined ? atMs : foreseeProof(verify, true, atMs).atMs
}

/** Between the return of the alert and its second end. */
const returnedForMs = 120_000

function passesTwice(making: Making, story: Story, resolvesAtMs: number, returnsAfterMs: number): Made {
  const { runbook } = making
  const ladder = foreseeLadder(playsOf(making, { resolvesAtMs }))
  const heldAtMs = heldAfter(runbook, resolvesAtMs)
  const returnsAtMs = heldAtMs + returnsAfterMs
  const againAtMs = returnsAtMs + returnedForMs
  const isInAStep = ladder.steps.at(-1)?.result === 'withdrawn'
  const stoodAt =
    ladder.end === 'exhausted' ? runbook.mitigate.length : ladder.steps.length - (isInAStep ? 1 : 0)
  const onReturn = playsOf(making, { resolvesAtMs: againAtMs, now: making.illness.well.values })
  const again = foreseeLadder(onReturn, returnsAtMs, stoodAt)
  const isTold = ladder.end === 'exhausted'
  const plot = passing(making, story, resolvesAtMs, [ladder, again])
  const heldAgainMs = heldAfter(runbook, againAtMs)
  return writeDrill(making, {
    ...plot,
    events: [
      { atMs: resolvesAtMs, kind: 'alert', does: 'resolves', labels: {} },
      { atMs: returnsAtMs, kind: 'alert', does: 'fires', labels: {} },
      { atMs: againAtMs, kind: 'alert', does: 'resolves', labels: {} },
    ],
    turns: [
      ...hurriesOf(ladder),
      { atMs: heldAtMs, kind: 'held' },
      { atMs: returnsAtMs, kind: 'lost' },
      // That nothing is left is told once.
      ...(isTold ? [] : hurriesOf(again)),
      { atMs: heldAgainMs, kind: 'held' },
    ],
    end: { atMs: heldAgainMs + runbook.holdMs, outcome: 'recovered', isTimeKnown: true },
    timeline: [
      { kind: 'recovery.held' },
      { kind: 'recovery.lost' },
      { kind: 'recovery.held' },
      { kind: 'incident.closed' },
    ],
    ...verdictsOf(runbook, 2),
  })
}

function passing(making: Making, story: Story, resolvesAtMs: number, ladders: Ladder[]) {
  const { illness, runbook } = making
  const plays = playsOf(making)
  return {
    ...story,
    values: illness.sick.values,
    // It is well a moment before anybody says so.
    changes: [{ from: { atMs: Math.max(1, resolvesAtMs - 1_000) }, values: illness.well.values }],
    steps: scriptedBy(runbook, plays),
    ladders,
  }
}

function verdictsOf({ verify }: Runbook, times: number): Pick<Plot, 'verdicts'> {
  return verify === undefined
    ? {}
    : { verdicts: { overall: Array.from({ length: times }, () => ({ is: 'recovered' as const })) } }
}

export function left({ name }: { name: string }, because: string): LeftOut {
  return { name, because }
}
