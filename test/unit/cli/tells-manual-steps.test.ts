/** Goal: what people do is told wherever a runbook or an incident is told. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { flowchartOf } from '../../../cli/explain/flowchart.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { chaptersOfForeseen } from '../../../cli/foresee/chapters.ts'
import { foresee } from '../../../cli/foresee/foresee.ts'
import { narrate } from '../../../cli/narrate.ts'
import { gateCommands, gatePlan } from '../../../cli/story/gate-plan.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { IncomingAlert } from '../../../contracts/alert.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import type { TimelineEntry } from '../../../contracts/timeline.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { renderMarkdown } from '../../../postmortem/markdown.ts'
import { postmortemOf } from '../../cli/support/full-postmortem.ts'
import { waitingIncident, waitingNowMs } from '../../cli/support/full-story.ts'
import { fullTimeline, number, openedMs } from '../../cli/support/full-timeline.ts'
import { writtenRunbook } from '../../../language/written-runbook.ts'

const shipped = readFileSync('runbooks/shop/pool-exhausted.yaml', 'utf8')
const task = `  - id: raise-pool
    manual: Raise DB_POOL_MAX to 30 and restart the service.
    when: checks.sessions.idle < 10
    by: ['role:on-call', 'role:senior']
    expires: 20m
    on_expiry: stop
    on_failure: escalate
`
const proof = `    verify: { check: sessions, until: value.used_ratio < 0.7, for: 30s, within: 5m }\n`
const manual = withTask(task + proof)

function withTask(step: string): Runbook {
  const parsed = parseRunbook(shipped.replace('mitigate:\n', `mitigate:\n${step}`), 'x.yaml')
  if ('faults' in parsed) throw new Error(parsed.faults.map(({ message }) => message).join('; '))
  return parsed.runbook
}

const words = (lines: string[]): string => lines.join(' ').replace(/\s+/g, ' ')
const paint = createPaint(false)

it('is written, normalised and written again without a loss', () => {
  const again = parseRunbook(stringify(writtenRunbook(manual)), 'x.yaml')
  expect(again).toMatchObject({ runbook: manual })
  expect(withTask('  - { id: look, manual: Look. }\n').mitigate[0]).toStrictEqual({
    id: 'look',
    manual: 'Look.',
    expiresMs: 1_800_000,
    onExpiry: 'escalate',
  })
})

it('is explained with who ticks it, until when, and what follows', () => {
  const told = words(tellChapters(chaptersOf(manual), { paint, width: 100 }))
  for (const said of [
    '1. raise-pool: a person does this and ticks it',
    'Raise DB_POOL_MAX to 30 and restart the service.',
    'by one of on-call or senior',
    'after 20 minutes, no further step is tried',
    'when sessions shows it',
    'or it did not help: the next level of the escalation is called at once',
  ])
    expect(told).toContain(said)
})

it('is drawn, and its ways end where the runbook says', () => {
  const drawn = flowchartOf(manual)
  expect(drawn).toContain('when0 -->|"yes"| step0')
  expect(drawn).toMatch(/step0 -->\|"nobody within 20 minutes.*no further step"\| people/)
  expect(drawn).toContain('step0 -->|"ticked"| helped0')
  const unproved = flowchartOf(withTask(task))
  expect(unproved).toContain('step0 -->|"ticked"| when1')
})

it.each<[string, string, string, [string, string][]]>([
  [
    'who may tick',
    "by: ['role:on-call', 'role:senior']",
    "by: ['role:on-call']",
    [['tightens', 'raise-pool: can be ticked by on-call instead of on-call or senior']],
  ],
  ['its proof', proof, '', [['loosens', 'raise-pool: whether it helped is not measured any more']]],
  [
    'an expiry that goes on',
    'on_expiry: stop',
    'on_expiry: next',
    [
      [
        'loosens',
        'raise-pool: when nobody answers, the next step is tried; before, no further step is tried, and it stays with people',
      ],
    ],
  ],
  ['what is to be done', 'to 30', 'to 40', [['changes', '']]],
])('is compared by %s', (_, from, to, expected) => {
  const after = withTask((task + proof).replace(from, to))
  const changes = compareRunbooks(manual, after)
  expect(changes).toHaveLength(expected.length)
  for (const [index, [effect, text]] of expected.entries()) {
    expect(changes[index]!.effect).toBe(effect)
    expect(changes[index]!.text).toContain(text)
  }
})

it('loosens safety when it becomes an action that nobody has to allow', () => {
  const action = `  - id: raise-pool
    uses: service.restart
    target: api
    verify: { check: health, until: value.status == "up" }
    undo: { none: nothing }
`
  expect(compareRunbooks(manual, withTask(action))).toMatchObject([
    {
      effect: 'loosens',
      text: 'raise-pool: is done by Paramedic, service.restart on api, without an approval, instead of by a person',
    },
  ])
  expect(compareRunbooks(withTask(action), manual)).toMatchObject([{ effect: 'changes' }])
})

it('is foreseen for an alert', () => {
  const alert = {
    name: 'x',
    labels: { alertname: 'ShopDatabasePoolExhausted', system: 'shop', environment: 'sandbox' },
    annotations: {},
  } as unknown as IncomingAlert
  const foreseen = foresee(
    alert,
    [{ file: 'x.yaml', runbook: manual, hash: 'f'.repeat(64) } as never],
    undefined,
  )
  const told = words(tellChapters(chaptersOfForeseen(foreseen), { paint, width: 100 }))
  expect(told).toContain(
    '1. raise-pool: one of on-call or senior does this and ticks it: Raise DB_POOL_MAX to 30',
  )
})

const gateId = `${number}/raise-pool/1/manual`
const story = [
  entry('gate.opened', {
    gateId,
    gate: 'manual',
    step: 'raise-pool',
    approvers: ['role:on-call'],
    quorum: 1,
    question: 'Raise DB_POOL_MAX to 30.',
  }),
  entry('gate.decided', { gateId, state: 'approved', answer: 'done', reason: 'it is 30 now' }, 'person:ana'),
  entry('step.ended', { step: 'raise-pool', attempt: 1, result: 'ticked', because: 'a person has done it' }),
]

function entry(kind: string, data: object, actor = 'paramedic'): TimelineEntry {
  const seq = 100_000
  return { ...fullTimeline[0]!, seq, kind, data, actor, atMs: openedMs + 60_000 } as unknown as TimelineEntry
}

it('is narrated', () => {
  const clock = createClock('Europe/Berlin')
  const told = story.map(one => narrate(one, { clock, isUnderStep: false, before: {} }).text)
  expect(told).toEqual([
    'A person has to do raise-pool, asked of on-call: Raise DB_POOL_MAX to 30.',
    'ana ticked raise-pool: it is 30 now',
    'Step raise-pool was done by a person',
  ])
  const ended = (kind: string, data: object): string =>
    narrate(entry(kind, { gateId, ...data }), { clock, isUnderStep: false, before: {} }).text
  expect(ended('gate.expired', {})).toBe('Nobody ticked raise-pool in time; it is asked for no more')
  expect(ended('gate.decided', { state: 'approved', answer: 'not-done', reason: 'locked' })).toContain(
    'did not do raise-pool: locked',
  )
})

it('waits with the commands that answer it', () => {
  const view = { paint, width: 100, clock: createClock('Europe/Berlin'), now: waitingNowMs }
  const gate = {
    ...waitingIncident.gates[0]!,
    kind: 'manual',
    step: 'raise-pool',
    question: 'Raise DB_POOL_MAX to 30.',
    plan: null,
    preview: null,
  } as const
  expect(words(gatePlan(gate, view))).toContain('raise-pool Raise DB_POOL_MAX to 30.')
  const commands = words(gateCommands(gate, view))
  expect(commands).toContain(`npx paramedic incident tick ${gate.incident} raise-pool --note "..."`)
  expect(commands).toContain(`npx paramedic incident tick ${gate.incident} raise-pool --not-done "..."`)
})

it('is told as not ticked by a person who ends the incident, and in the post-mortem', () => {
  const clock = createClock('Europe/Berlin')
  const unticked = ['raise-pool', 'tell-shop']
  const resolved = entry('resolve.requested', { alertsFiring: 0, unticked }, 'person:ana')
  const told = narrate(resolved, { clock, isUnderStep: false, before: {} })
  expect(told.text).toBe('ana ended the incident as resolved, with raise-pool and tell-shop not ticked')
  expect(told.tone).toBe('attention')
  const cancelled = entry('cancel.requested', { reason: 'a test', unticked }, 'person:ana')
  expect(narrate(cancelled, { clock, isUnderStep: false, before: {} }).text).toBe(
    'ana cancelled the incident, with raise-pool and tell-shop not ticked: a test',
  )
  const markdown = renderMarkdown(postmortemOf([...fullTimeline, story[0]!, resolved]))
  expect(markdown).toContain('- [ ] `raise-pool`: `Raise DB_POOL_MAX to 30.`')
  expect(markdown).toContain('not ticked: raise-pool, tell-shop')
})

it('is a list to tick off in the post-mortem', () => {
  const markdown = renderMarkdown(postmortemOf([...fullTimeline, ...story]))
  expect(markdown).toContain('- [x] `raise-pool`: `Raise DB_POOL_MAX to 30.`')
  expect(markdown).toMatch(/ticked by ana .*: `it is 30 now`/)
})
