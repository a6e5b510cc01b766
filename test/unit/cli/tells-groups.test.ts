/** Goal: a group is told in a line wherever people read of it: the runbook, its change, its trial, the incident. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { chaptersOfForeseen } from '../../../cli/foresee/chapters.ts'
import { foresee } from '../../../cli/foresee/foresee.ts'
import { measuredInWords } from '../../../cli/narrate/values.ts'
import { measured } from '../../../cli/story/measured.ts'
import type { View } from '../../../cli/story/view.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { TimelineEntry } from '../../../contracts/timeline.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { symptomFacts } from '../../../postmortem/symptom-facts.ts'

const text = readFileSync('test/support/asks-for-inputs.yaml', 'utf8')

function loaded(from: string) {
  const parsed = parseRunbook(from, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed
}

test('an explanation and a comparison say for whom a role stands', () => {
  const { runbook } = loaded(text)
  const onWhat = chaptersOf(runbook).find(({ title }) => title === 'On what')?.points[0]
  expect(onWhat?.facts).toContainEqual({ label: 'edges', text: 'every service of the group edge' })
  const changed = loaded(text.replace('many: true, group: edge', 'many: true')).runbook
  expect(compareRunbooks(runbook, changed)).toMatchObject([
    { area: 'targets', text: 'edges is of kind every service instead of every service of the group edge' },
  ])
})

test('a trial names each that would be measured', () => {
  const { runbook, hash } = loaded(text)
  const place = { system: 'shop', environment: 'production' }
  const labels = { alertname: 'SessionsOfOneApplication', ...place }
  const alert = { name: 'x', labels, annotations: {} } as unknown as Parameters<typeof foresee>[0]
  const edge = (name: string, group: string) => ({ name, kind: 'service', role: 'edges', group, ...place })
  const targets = [edge('b', 'edge'), edge('a', 'edge'), edge('c', 'core')] as never
  const foreseen = foresee(alert, [{ file: 'x.yaml', runbook, hash } as never], targets)
  const onWhat = chaptersOfForeseen(foreseen).find(({ title }) => title === 'On what')?.points[0]
  expect(onWhat?.facts).toContainEqual({ label: 'edges', text: '2 services, each measured: a and b' })
})

const up = { status: 'up', latency_ms: 20 }
const entry = (target: string, atMs: number, seen: { values: Record<string, unknown>; error?: string }) =>
  ({
    kind: 'check.measured',
    atMs,
    actor: 'paramedic',
    data: { check: 'edge', uses: 'service.health', target, isMember: true, ...seen },
  }) as TimelineEntry
const timeline = [
  entry('edge-2', 0, { values: { status: 'up', latency_ms: 900 } }),
  entry('edge-1', 0, { values: up }),
  entry('edge-3', 0, { values: {}, error: 'It does not answer.' }),
]
const members = { 'edge-1': { values: up }, 'edge-2': { values: up }, 'edge-3': { values: up } }

test('an incident tells it in a line, and a verification as a change of it', () => {
  const view: View = { paint: createPaint(false), width: 200, clock: createClock('UTC'), now: 0 }
  const told = measured(timeline, view).join('\n').replaceAll('\u00a0', ' ')
  expect(told).toContain('3 targets')
  expect(told).toContain(
    'answered 2 of 3 · silent edge-3 (It does not answer.) · status up · latency_ms 20 to 900 (edge-2)',
  )
  const [line = ''] = measuredInWords({ edge: { members } }, { edge: { answered: '2 of 3' } })
  expect(line.replaceAll('\u00a0', ' ')).toBe('edge: answered 2 of 3 → 3 of 3 · status up · latency_ms 20')
})

test('a post-mortem has it as one symptom, before and after', () => {
  const ended = {
    kind: 'verification.ended',
    atMs: 9,
    data: { of: 'overall/1', measured: { edge: { members } } },
  }
  expect(symptomFacts([...timeline, ended as unknown as TimelineEntry])).toMatchObject([
    {
      check: 'edge',
      target: '3 targets',
      before: { values: { answered: '2 of 3', latency_ms: '20 to 900 (edge-2)' } },
      after: { atMs: 9, values: { answered: '3 of 3' } },
    },
  ])
})
