import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CodedError } from '../../contracts/coded-error.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import { requestCancel } from '../../store/acts.ts'
import { listHistories } from '../../store/archives.ts'
import { setFreeze } from '../../store/freezes.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { startAuditor } from '../support/auditor.ts'
import { at, eventually, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { alert, approves, resolves } from '../support/scenes.ts'
import { verifyStored } from '../support/stored-record.ts'
import { provedUndo, stopping, temporaryStep, wellFrom } from '../support/temporary-scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const quiet = alert(0.5, 'resolved')
const actions = (played: Played): string[] => played.receipts.map(({ action }) => action)
const undone = (played: Played): string[] =>
  played.entries('undo.ended').map(({ step, is }) => `${step} ${is}`)
const triesOf = (step: string, played: Played): string[] =>
  played.entries('step.ended').flatMap(ended => (ended.step === step ? [ended.result] : []))
const because = (played: Played): string => played.entries('incident.closed')[0]!.because

describe('a step that failed', () => {
  test('is undone at once when its runbook says so, and the ladder goes on with the next one', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo', steps: [temporaryStep('second', '')] }),
      target: wellFrom(3),
      people: [alert(3, 'resolved')],
    })
    expect(actions(played)).toEqual(['service.stop', 'service.start', 'service.stop'])
    expect(played.entries('step.ended').map(({ step, result }) => `${step} ${result}`)).toEqual([
      'stop-worker failed',
      'stop-worker.undo succeeded',
      'second succeeded',
    ])
    expect(undone(played)).toEqual(['stop-worker undone'])
    expect(because(played)).not.toContain('in place')
  })

  test('is undone after its last try, once', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo, retry: { times: 1, after: 1m }' }),
      target: wellFrom(Infinity),
      people: [resolves(8)],
    })
    expect(actions(played)).toEqual(['service.stop', 'service.stop', 'service.start'])
  })

  test('is undone although its last try found nothing to do any more', async () => {
    let plans = 0
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo, retry: { times: 1, after: 1m }' }),
      // It runs when the first try and the undo are planned, and is stopped when the second try is.
      target: { ...wellFrom(Infinity), wouldTouch: () => (plans++ === 1 ? 0 : 1) },
      people: [resolves(8)],
    })
    expect(triesOf('stop-worker', played)).toEqual(['failed', 'skipped'])
    expect(actions(played)).toEqual(['service.stop', 'service.start'])
    expect(undone(played)).toEqual(['stop-worker undone'])
  })

  test('is undone although nobody allowed its last try in time', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo, retry: { times: 1, after: 1m }' }),
      autonomy: 'propose',
      target: wellFrom(Infinity),
      people: [approves(0.5), approves(20), resolves(30)],
    })
    expect(triesOf('stop-worker', played)).toEqual(['failed', 'expired'])
    expect(actions(played)).toEqual(['service.stop', 'service.start'])
  })

  test('and helped stays where it is not temporary', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo' }),
      target: wellFrom(1),
      people: [quiet],
    })
    expect(actions(played)).toEqual(['service.stop'])
    expect(undone(played)).toEqual(['stop-worker not-needed'])
  })

  test('and was denied has done nothing: nothing is registered, and nothing taken back', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'temporary: true, on_failure: undo' }),
      autonomy: 'propose',
      target: wellFrom(0),
      people: [approves(0.5, 'deny'), alert(1, 'resolved')],
    })
    expect(actions(played)).toEqual([])
    expect(played.entries('undo.registered')).toEqual([])
  })

  test('and touched nothing is not taken back', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'temporary: true, on_failure: undo' }),
      target: {
        ...wellFrom(0),
        apply: () => Promise.reject(new CodedError('target_rejected', 'It may not be stopped.')),
      },
      people: [quiet],
    })
    expect(played.entries('effect.ended')).toMatchObject([
      { step: 'stop-worker', outcome: 'failed', touched: 0 },
    ])
    expect(undone(played)).toEqual(['stop-worker not-needed'])
  })
})

describe('when a person ends the incident', () => {
  test('what is temporary is taken back before it closes, as he is told, and nothing is measured any more', async () => {
    const told: object[] = []
    const played = await harness.play({
      runbook: stopping({ hold: '30m' }),
      target: wellFrom(1),
      people: [quiet, resolves(3, told)],
    })
    expect(told).toMatchObject([{ toTakeBack: ['stop-worker'] }])
    expect(actions(played)).toEqual(['service.stop', 'service.start'])
    expect(played.row).toMatchObject({ outcome: 'resolved-by-person' })
    const kinds = played.timeline.map(({ kind }) => kind)
    expect(kinds.indexOf('undo.ended')).toBeGreaterThan(kinds.indexOf('resolve.requested'))
    expect(kinds.indexOf('undo.ended')).toBeLessThan(kinds.indexOf('incident.closed'))
    expect(played.entries('verification.ended').map(({ of }) => of)).toEqual(['stop-worker/1', 'overall/1'])
    expect(because(played)).toBe('told so')
  })

  test('while a step that was not temporary stays, and its undo is no way around the end', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo', hold: '30m' }),
      target: wellFrom(1),
      people: [quiet, resolves(3)],
    })
    expect(actions(played)).toEqual(['service.stop'])
  })

  test('in the middle of the ladder, by cancelling: the same', async () => {
    const played = await harness.play({
      runbook: stopping(),
      target: wellFrom(Infinity),
      people: [
        at(4, async ({ pool, number, atMs }) => {
          await requestCancel(pool, { number, by: 'ana', atMs, reason: 'a load test' })
        }),
      ],
    })
    expect(actions(played)).toEqual(['service.stop', 'service.start'])
    expect(played.row).toMatchObject({ outcome: 'cancelled' })
  })
})

test('the newest is taken back first, one that did not help too', async () => {
  const played = await harness.play({
    runbook: stopping({ steps: [temporaryStep('second')] }),
    target: wellFrom(2),
    people: [alert(2, 'resolved')],
  })
  expect(actions(played)).toEqual(['service.stop', 'service.stop', 'service.start', 'service.start'])
  expect(undone(played)).toEqual(['second undone', 'stop-worker undone'])
})

test('ill again without it: people are told, it is not applied again, and the incident goes on', async () => {
  const played = await harness.play({
    runbook: stopping(),
    target: wellFrom(1, 2),
    people: [quiet, resolves(10)],
  })
  expect(actions(played)).toEqual(['service.stop', 'service.start'])
  expect(played.entries('recovery.lost')).toEqual([
    { because: expect.stringMatching(/^not well without what was temporary: checks\.health\.latency_ms/) },
  ])
  expect(played.pages.map(({ page }) => page.because)).toContain(
    'it is ill again since what was temporary was taken back',
  )
  const phases = played.entries('phase.changed').map(({ to }) => to)
  expect(phases.slice(0, 4)).toEqual(['triage', 'mitigation', 'verification', 'mitigation'])
})

test('an alert that returns while it is proved without it: people are called then, and nobody waits for the proof', async () => {
  const played = await harness.play({
    runbook: stopping().replace('within: 20s, every: 10s }\nhold', 'within: 30m, every: 10s }\nhold'),
    target: wellFrom(1, 2),
    people: [quiet, alert(6, 'firing'), resolves(12)],
  })
  expect(played.entries('recovery.lost')).toEqual([{ because: 'an alert fired again' }])
  expect(played.pages.map(({ page }) => page.because)).toEqual([
    'it opened',
    'it is ill again since what was temporary was taken back',
  ])
  expect(played.pagedAt[1]!.minute).toBe(6)
  expect(played.entries('phase.changed').map(({ to }) => to)).toEqual([
    'triage',
    'mitigation',
    'verification',
    'mitigation',
    'closed',
  ])
})

test('an alert that returns in the hold keeps it in place until the next recovery', async () => {
  const played = await harness.play({
    runbook: stopping({ hold: '5m' }),
    target: wellFrom(1),
    people: [quiet, alert(2, 'firing'), alert(6, 'resolved')],
  })
  expect(actions(played)).toEqual(['service.stop', 'service.start'])
  const kinds = played.timeline.map(({ kind }) => kind)
  expect(kinds.indexOf('undo.ended')).toBeGreaterThan(kinds.indexOf('recovery.lost'))
})

test('an alert that returns while the undo waits for approval withdraws it; after the next recovery it is asked again', async () => {
  const played = await harness.play({
    runbook: stopping(),
    autonomy: 'propose',
    target: wellFrom(1),
    people: [approves(0.5), alert(1, 'resolved'), alert(5, 'firing'), alert(7, 'resolved'), approves(11)],
  })
  expect(played.entries('gate.withdrawn')).toEqual([
    { gateId: `${played.number}/stop-worker.undo/1`, because: 'an alert fired again' },
  ])
  expect(actions(played)).toEqual(['service.stop', 'service.start'])
  expect(undone(played)).toEqual(['stop-worker undone'])
})

describe('what cannot be taken back', () => {
  const failing: ScriptedTarget = {
    ...wellFrom(1),
    apply({ effects }) {
      if (effects > 0) return Promise.reject(new CodedError('target_rejected', 'It does not start.'))
      return Promise.resolve({ touched: 1, unit: 'process', evidence: {} })
    },
  }

  test('is told at once, and the incident waits for a person who has done it by hand', async () => {
    const played = await harness.play({
      runbook: stopping(),
      target: failing,
      people: [quiet, answers(10, 'done')],
    })
    expect(played.pages.map(({ page }) => page.because)).toEqual([
      'it opened',
      `stop-worker is still in place: its undo failed: It does not start; by hand it takes what service.start on ${played.name}-api does`,
    ])
    expect(played.pages.map(({ page }) => page.waitsFor)).toEqual([undefined, 'answer'])
    expect(played.entries('gate.opened')).toMatchObject([
      { gate: 'outcome', step: 'stop-worker.undo', question: expect.stringContaining('It does not start.') },
    ])
    expect(undone(played)).toEqual(['stop-worker undone'])
    expect(played.row).toMatchObject({ outcome: 'recovered' })
    expect(because(played)).not.toContain('in place')
  })

  test('is asked about again until somebody answers, one level further each time', async () => {
    const played = await harness.play({
      runbook: stopping().replace(
        '- { after: 40m, unless: resolved, page: [senior] }',
        '- { after: 3h, unless: resolved, page: [senior] }\n  - { after: 4h, unless: resolved, page: [lead] }',
      ),
      target: failing,
      people: [quiet, answers(50, 'done')],
    })
    const [, first, ...again] = played.pages
    expect(first!.page.functions).toEqual(['senior'])
    expect(again.map(({ page }) => [page.functions, page.waitsFor, page.because])).toEqual(
      Array.from({ length: 3 }, () => [
        ['lead'],
        'answer',
        'stop-worker is still in place, and a person has to take it back or say that it stays',
      ]),
    )
    const minutes = played.pagedAt.slice(1).map(({ minute }) => minute)
    expect(minutes.map(minute => Math.round(minute - minutes[0]!))).toEqual([0, 15, 30, 45])
  })

  test('stays when a person says so, and the close names it', async () => {
    const played = await harness.play({
      runbook: stopping({ hold: '30m' }),
      target: failing,
      people: [quiet, resolves(3), answers(10, 'not-done')],
    })
    expect(undone(played)).toEqual(['stop-worker in-place'])
    expect(because(played)).toBe(
      `told so; still in place: stop-worker (service.start on ${played.name}-api takes it back)`,
    )
    const { rows } = await harness.pool.query(
      `select body from news where incident = $1 and event = 'resolved'`,
      [played.number],
    )
    expect(rows).toMatchObject([{ body: { because: expect.stringMatching(/^still in place: stop-worker/) } }])
  })

  test('by the proof of its undo is told as one that failed', async () => {
    const played = await harness.play({
      runbook: stopping({ undo: provedUndo, hold: '30m' }),
      target: wellFrom(1, 2),
      people: [quiet, resolves(3), answers(10, 'done')],
    })
    expect(played.entries('verification.ended').map(({ of, verdict }) => `${of} ${verdict}`)).toContain(
      'stop-worker.undo/1 not_recovered',
    )
    expect(played.pages.at(-1)!.page.because).toMatch(
      /^stop-worker is still in place: its undo failed: value/,
    )
  })

  test('because nobody allowed it in time is asked about', async () => {
    const played = await harness.play({
      runbook: stopping(),
      autonomy: 'propose',
      target: wellFrom(1),
      people: [approves(0.5), alert(1, 'resolved'), answers(30, 'done')],
    })
    expect(played.pages.map(({ page }) => page.because)).toEqual([
      'it opened',
      'somebody has to allow stop-worker.undo: would touch 1',
      expect.stringMatching(/^stop-worker is still in place: its undo was allowed by nobody: nobody decided/),
    ])
    expect(undone(played)).toEqual(['stop-worker undone'])
  })

  test('because a person denied it stays, without another question', async () => {
    const played = await harness.play({
      runbook: stopping(),
      autonomy: 'propose',
      target: wellFrom(1),
      people: [approves(0.5), alert(1, 'resolved'), approves(5, 'deny')],
    })
    expect(undone(played)).toEqual(['stop-worker in-place'])
    expect(played.entries('gate.opened').map(({ gate }) => gate)).toEqual(['approval', 'approval'])
    expect(because(played)).toContain('still in place: stop-worker')
  })

  test('after a step failed is told, and the ladder goes on', async () => {
    const played = await harness.play({
      runbook: stopping({ more: 'on_failure: undo', steps: [] }),
      target: { ...failing, ...wellFrom(Infinity), apply: failing.apply! },
      people: [resolves(5), answers(8, 'not-done')],
    })
    expect(played.entries('ladder.exhausted')).toHaveLength(1)
    expect(played.pages.map(({ page }) => page.because)).toContainEqual(
      expect.stringMatching(/^stop-worker is still in place: its undo failed: It does not start/),
    )
    expect(because(played)).toContain('still in place: stop-worker')
  })
})

describe('a freeze', () => {
  const freeze = (minute: number, on: boolean): ScriptedAct =>
    at(minute, async ({ pool, atMs }) => {
      await setFreeze(pool, { on, by: 'ben', atMs })
    })

  test.each([
    ['after a recovery', []],
    ['after a person ended the incident', [resolves(3)]],
  ])('%s keeps it in place until somebody lifts it', async (_, people) => {
    const played = await harness.play({
      runbook: stopping(),
      target: wellFrom(1),
      people: [quiet, freeze(1, true), ...people, freeze(20, false)],
    })
    expect(played.entries('freeze.met')).toEqual([{ step: 'stop-worker.undo', attempt: 1 }])
    const lifted = played.openedAtMs + 20 * 60_000
    const start = played.receipts.find(({ action }) => action === 'service.start')!
    expect(start.atMs).toBeGreaterThanOrEqual(lifted)
    expect(undone(played)).toEqual(['stop-worker undone'])
  })
})

test('the record of all of this holds: rows follow from entries, and what histories decided has its entry', async () => {
  const { chainFaults, rowFaults } = await verifyStored(harness.pool)
  expect({ chainFaults, rowFaults }).toEqual({ chainFaults: [], rowFaults: [] })
  const auditor = await startAuditor(harness.pool)
  // Those with most in them: somebody is called and asked.
  const { rows } = await harness.pool.query<{ number: string }>(
    `select distinct incident as number from page where id like '%/beside/%' order by 1`,
  )
  expect(rows.length).toBeGreaterThan(5)
  for (const { number } of rows) {
    await eventually(async () => (await listHistories(harness.pool, number)).length > 0)
    // Scripted people are in these histories, so that only their decisions can be compared; kept histories replay elsewhere.
    const { stdout } = await auditor.paramedic('incident', 'replay', number)
    expect(stdout).toContain('each has its entry, and each entry its decision')
  }
})

function answers(minute: number, answer: 'done' | 'not-done'): ScriptedAct {
  return at(minute, async ({ pool, number, atMs }) => {
    const open = (await listGates(pool, { incident: number, open: true })).find(
      ({ kind }) => kind === 'outcome',
    )
    if (open === undefined) throw new Error('nobody is asked')
    await answerGate(pool, { kind: 'outcome', gateId: open.id, by: 'ana', answer, atMs })
  })
}
