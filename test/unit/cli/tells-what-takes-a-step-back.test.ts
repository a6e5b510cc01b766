import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { chaptersOf } from '../../../cli/explain/chapters.ts'
import { flowchartOf } from '../../../cli/explain/flowchart.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { tellStory } from '../../../cli/story.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import type { TimelineEntry, TimelineEvents } from '../../../contracts/timeline.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'
import { waitingIncident, waitingNowMs } from '../../cli/support/full-story.ts'
import { writtenRunbook } from '../../../language/written-runbook.ts'

const paint = createPaint(false)

const temporary = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: busy, title: Busy, owner: platform }
targets: { worker: service }
match: alert.labels.alertname == "Busy"
triage:
  checks: { health: { uses: service.health, target: worker } }
  severity: [{ is: SEV2 }]
mitigate:
  - id: stop-worker
    uses: service.stop
    target: worker
    temporary: true
    on_failure: undo
    verify: { check: health, until: value.status == "down" }
    undo:
      uses: service.start
      with: { healthy_within: 20s }
      verify: { check: health, until: value.status == "up", for: 10s, within: 1m }
      timeout: 2m
escalate: [{ after: 0m, page: [on-call] }]
`

describe('a runbook', () => {
  it('is normalised with every default, and written again it is the same', () => {
    const { mitigate } = parsed(temporary)
    expect(mitigate[0]).toMatchObject({
      temporary: true,
      onFailure: 'undo',
      undo: {
        uses: 'service.start',
        with: { healthy_within: 20_000 },
        verify: { check: 'health', settleMs: 0, forMs: 10_000, withinMs: 60_000, everyMs: 5_000 },
        timeoutMs: 120_000,
      },
    })
    expect(parsed(stringify(writtenRunbook(parsed(temporary))))).toEqual(parsed(temporary))
  })

  it('that says that nothing is temporary has the hash of one that does not say it', () => {
    const plain = temporary.replace('    temporary: true\n', '')
    expect(hash(temporary.replace('temporary: true', 'temporary: false'))).toBe(hash(plain))
  })

  it('tells in words what takes a step back, when, and how that is proved', () => {
    const text = told(parsed(temporary))
    expect(text).toContain('when it fails too, it is taken back at once and the next step is tried')
    expect(text).toContain('service.start with healthy_within 20 seconds, given up after 2 minutes')
    expect(text).toContain('when health shows it, measured at once, then every 5 seconds')
    expect(text).toContain('it stays for the time of the incident')
  })

  it('tells of an undo that nothing runs that it is for people', () => {
    const byHand = temporary.replace('    temporary: true\n    on_failure: undo\n', '')
    expect(told(parsed(byHand))).toContain('given up after 2 minutes; nobody but a person runs it')
  })

  it('draws the way back of a failed step, and of what was temporary', () => {
    const lines = flowchartOf(parsed(temporary))
      .split('\n')
      .map(line => line.trim())
    expect(lines.filter(line => line.includes('undo0'))).toEqual([
      'helped0 -->|"no, or no data"| undo0["Take stop-worker back<br/>service.start on worker"]',
      'undo0 --> people',
    ])
    expect(lines.filter(line => line.includes('undone'))).toEqual([
      'proof -->|"yes, and it has lasted"| undone["Take back what was temporary<br/>stop-worker"]',
      'undone -->|"measured once more"| proof',
    ])
  })
})

it.each([
  [
    'the undo is gone',
    /undo:\n(.*\n){4}/,
    'undo: { none: it stays }\n',
    'loosens',
    'stop-worker: nothing to undo: it stays; before, it could be taken back by service.start',
  ],
  [
    'it stays',
    '    temporary: true\n',
    '',
    'loosens',
    'stop-worker: stays when the incident is over, before it was taken back',
  ],
  [
    'it is not undone on failure',
    '    on_failure: undo\n',
    '',
    'loosens',
    'stop-worker: after its last try, the next step is tried instead of it is taken back at once',
  ],
  [
    'its proof is gone',
    /      verify: \{ check: health, until: value.status == "up".*\n/,
    '',
    'loosens',
    'the undo of stop-worker: is not proved any more',
  ],
  [
    'its proof is weaker',
    'for: 10s',
    'for: 5s',
    'loosens',
    'the undo of stop-worker: it has to hold for 5 seconds instead of 10 seconds',
  ],
  ['its parameters', '20s', '30s', 'changes', 'the undo of stop-worker: healthy_within is 30'],
  [
    'its time',
    'timeout: 2m',
    'timeout: 3m',
    'changes',
    'the undo of stop-worker: given up after 3 minutes instead of 2 minutes',
  ],
  [
    'its action',
    /uses: service.start\n.*\n/,
    'uses: service.restart\n',
    'changes',
    'the undo of stop-worker: does service.restart instead of service.start',
  ],
] as const)('of two versions it is told that %s', (_, from, to, effect, words) => {
  const edited = temporary.replace(from, to)
  const isWithoutUndo = edited.includes('none: it stays')
  const after = isWithoutUndo ? edited.replace('    temporary: true\n    on_failure: undo\n', '') : edited
  const changes = compareRunbooks(parsed(temporary), parsed(after))
  const found = changes.find(({ text }) => text.replaceAll('\u00a0', ' ').startsWith(words))
  expect(found, JSON.stringify(changes)).toMatchObject({ effect })
  const back = compareRunbooks(parsed(after), parsed(temporary))
  if (effect === 'loosens') expect(back.map(change => change.effect)).toContain('tightens')
})

it('says that an incident which a person has ended waits for what is taken back', () => {
  const [first] = waitingIncident.timeline
  const requested = { ...first!, kind: 'resolve.requested', data: { alertsFiring: 0 }, actor: 'person:ana' }
  const timeline = [...waitingIncident.timeline, requested as TimelineEntry]
  const view = { paint, width: 200, clock: createClock('Europe/Berlin'), now: waitingNowMs }
  expect(tellStory({ ...waitingIncident, gates: [], timeline }, view).join('\n')).toContain(
    'A person has ended it: it closes when what was done for the time of it is taken back.',
  )
})

describe('an incident', () => {
  const registered: TimelineEvents['undo.registered'] = {
    step: 'stop-worker',
    attempt: 1,
    action: 'service.start',
    target: 'shop-worker',
    parameters: {},
    temporary: true,
  }
  const claimed: TimelineEvents['claim.made'] = {
    step: 'stop-worker',
    attempt: 1,
    action: 'service.stop',
    target: 'shop-worker',
    planHash: 'a',
    deadline: '2025-03-14T02:12:12Z',
  }
  const ended = (is: 'undone' | 'in-place'): TimelineEvents['undo.ended'] => {
    return { step: 'stop-worker', is, action: 'service.start', target: 'shop-worker', because: 'so it is' }
  }
  const inPlace =
    'stop-worker is in place for the time of the incident; service.start on shop-worker takes it back.'
  const stillInPlace = 'stop-worker is still in place; service.start on shop-worker would take it back.'

  it.each<[string, [string, object][], string | undefined]>([
    ['only registered is not in place', [['undo.registered', registered]], undefined],
    [
      'begun is',
      [
        ['undo.registered', registered],
        ['claim.made', claimed],
      ],
      inPlace,
    ],
    [
      'taken back is not any more',
      [
        ['undo.registered', registered],
        ['claim.made', claimed],
        ['undo.ended', ended('undone')],
      ],
      undefined,
    ],
    [
      'left is, and it is told so',
      [
        ['undo.registered', registered],
        ['claim.made', claimed],
        ['undo.ended', ended('in-place')],
      ],
      stillInPlace,
    ],
  ])('says of a temporary step: %s', (_, entries, line) => {
    for (const phase of ['mitigation', 'closed'] as const) {
      const timeline = entries.map(([kind, data], index) => ({
        ...waitingIncident.timeline[0]!,
        seq: 900 + index,
        kind,
        data,
      })) as TimelineEntry[]
      const incident = {
        ...waitingIncident,
        phase,
        gates: [],
        timeline: [...waitingIncident.timeline, ...timeline],
      }
      const view = { paint, width: 200, clock: createClock('Europe/Berlin'), now: waitingNowMs }
      const story = tellStory(incident, view).join('\n')
      if (line === undefined) expect(story).not.toContain('in place')
      else expect(story).toContain(phase === 'closed' ? stillInPlace : line)
    }
  })
})

function parsed(text: string): Runbook {
  const read = parseRunbook(text, 'busy.yaml')
  if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '))
  return read.runbook
}

function hash(text: string): string {
  const read = parseRunbook(text, 'busy.yaml')
  return 'faults' in read ? '' : read.hash
}

function told(runbook: Runbook): string {
  return tellChapters(chaptersOf(runbook), { paint, width: 100 }).join(' ').replace(/\s+/g, ' ')
}
