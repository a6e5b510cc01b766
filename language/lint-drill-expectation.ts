/** What is expected of a drill, against what its runbook has and what can come to be at all. */
import type { Drill, Expectation, Never } from '../contracts/drill.ts'
import { isTakenBack, type Runbook } from '../contracts/runbook.ts'
import { isTimelineKind, timelineKinds } from '../contracts/timeline-kinds.ts'
import { isManual, lintAttempted, lintEffect, stepOf } from './attempted-steps.ts'
import { coded, type CodedFinding, type Finding, type Path } from './fault.ts'
import { lintGateOf } from './lint-drill-events.ts'
import { nameHint } from './nearest-name.ts'

export function lintDrillExpectation(drill: Drill, runbook: Runbook): CodedFinding[] {
  const { expect } = drill
  const named = (key: keyof Expectation, lint: typeof lintEffect): Finding[] =>
    Object.keys(expect[key] ?? {}).flatMap(step => lint(runbook, step, ['expect', key, step], 'key'))
  const verified = Object.keys(expect.verdicts ?? {}).filter(of => of !== 'overall')
  return [
    ...coded('name', [
      ...named('steps', lintAttempted),
      ...named('effects', lintEffect),
      ...verified.flatMap(step => lintAttempted(runbook, step, ['expect', 'verdicts', step], 'key')),
      ...lintCalled(expect, runbook),
      ...lintKinds(expect),
      ...expect.never.flatMap((never, index) => lintNever(runbook, never, ['expect', 'never', index])),
    ]),
    ...Object.keys(expect.gates ?? {}).flatMap(step =>
      lintGateOf(drill, runbook, step, ['expect', 'gates', step], 'key'),
    ),
    ...coded('drill', [
      ...lintResults(expect, runbook),
      ...lintUndone(expect, runbook),
      ...lintOrder(expect),
    ]),
  ]
}

function lintResults({ steps = {} }: Expectation, runbook: Runbook): Finding[] {
  return Object.entries(steps).flatMap(([step, { is }]): Finding[] => {
    if (is !== 'ticked' || stepOf(runbook, step) === undefined || isManual(runbook, step)) return []
    const message = `\`${step}\` is no manual step, and cannot end as ticked`
    return [{ path: ['expect', 'steps', step], message }]
  })
}

function lintUndone({ undone = {} }: Expectation, runbook: Runbook): Finding[] {
  return Object.keys(undone).flatMap((id): Finding[] => {
    const path: Path = ['expect', 'undone', id]
    const step = stepOf(runbook, id)
    if (step === undefined) return lintAttempted(runbook, id, path, 'key')
    if (!('manual' in step) && isTakenBack(step)) return []
    const message = `paramedic does not take \`${id}\` back by itself`
    return [{ path, at: 'key', message, hint: 'it does with temporary: true or on_failure: undo' }]
  })
}

/** Levels call functions by their names. */
function lintCalled({ pages }: Expectation, { escalate }: Runbook): Finding[] {
  const called = new Set(escalate.flatMap(({ page }) => page))
  return pages.flatMap(({ to }, index) =>
    to.flatMap((name, at): Finding[] => {
      if (called.has(name)) return []
      const message = `no level of the runbook pages \`${name}\``
      return [{ path: ['expect', 'pages', index, 'to', at], message, hint: nameHint(name, [...called]) }]
    }),
  )
}

function lintKinds({ timeline = [] }: Expectation): Finding[] {
  return timeline.flatMap(({ kind }, index) => lintKind(kind, ['expect', 'timeline', index, 'kind']))
}

function lintKind(kind: string, path: Path): Finding[] {
  if (isTimelineKind(kind)) return []
  return [{ path, message: `the timeline has no entries \`${kind}\``, hint: hintOfKind(kind) }]
}

function hintOfKind(kind: string): string | undefined {
  const [begins = ''] = kind.split('.')
  const alike = timelineKinds.filter(known => known.startsWith(`${begins}.`))
  return nameHint(kind, alike.length > 0 ? alike : timelineKinds)
}

function lintNever(runbook: Runbook, never: Never, path: Path): Finding[] {
  // That what a person does has no effect here is so.
  if ('effect' in never) return lintAttempted(runbook, never.effect, [...path, 'effect'])
  if ('step' in never) return lintAttempted(runbook, never.step, [...path, 'step'])
  return 'entry' in never ? lintKind(never.entry, [...path, 'entry']) : []
}

/** What comes in order has its times in order. */
function lintOrder(expect: Expectation): Finding[] {
  const lists: [Path, readonly { atMs?: number }[]][] = [
    ...(['pages', 'told', 'severity', 'impact', 'phases', 'timeline'] as const).map(
      (key): [Path, readonly { atMs?: number }[]] => [['expect', key], expect[key] ?? []],
    ),
    ...Object.entries(expect.verdicts ?? {}).map(([of, list]): [Path, readonly { atMs?: number }[]] => [
      ['expect', 'verdicts', of],
      list,
    ]),
  ]
  return lists.flatMap(([path, list]) =>
    list.flatMap(({ atMs }, index): Finding[] => {
      const before = list.slice(0, index).flatMap(each => each.atMs ?? [])
      if (atMs === undefined || before.every(earlier => earlier <= atMs)) return []
      const message = 'it is expected earlier than what stands before it'
      return [{ path: [...path, index], message, hint: 'they stand in the order in which they come' }]
    }),
  )
}
