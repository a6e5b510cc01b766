import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { alert } from '../support/scenes.ts'
import { stopping, wellFrom } from '../support/temporary-scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

test('what was done for the time of the incident is taken back after the hold, and proved and held once more', async () => {
  const played = await harness.play({
    runbook: stopping(),
    target: wellFrom(1),
    people: [alert(0.5, 'resolved')],
  })
  expect(played.receipts.map(({ action }) => action)).toEqual(['service.stop', 'service.start'])
  const told = played.timeline.flatMap(({ kind, data }) => {
    if (kind === 'undo.registered' || kind === 'effect.ended') return [`${kind} ${data.action}`]
    if (kind === 'verification.ended') return [`${kind} ${data.of} ${data.verdict}`]
    return kind === 'undo.ended' ? [`${kind} ${data.step} ${data.is}`] : []
  })
  expect(told).toEqual([
    'undo.registered service.start',
    'effect.ended service.stop',
    'verification.ended stop-worker/1 recovered',
    'verification.ended overall/1 recovered',
    'effect.ended service.start',
    'undo.ended stop-worker undone',
    'verification.ended overall/2 recovered',
  ])
  const [first, second] = played.timeline.filter(({ kind }) => kind === 'recovery.held')
  const [undone] = played.timeline.filter(({ kind }) => kind === 'undo.ended')
  const closed = played.timeline.find(({ kind }) => kind === 'incident.closed')!
  expect(undone!.atMs - first!.atMs).toBeGreaterThanOrEqual(60_000)
  expect(closed.atMs - second!.atMs).toBeGreaterThanOrEqual(60_000)
  expect(played.row['outcome']).toBe('recovered')
  expect(played.pages).toHaveLength(1)
  // It was well all the time: whoever is told of a recovery is told once.
  const { rows } = await harness.pool.query('select event from news where incident = $1 order by id', [
    played.number,
  ])
  expect(rows.map(({ event }) => String(event))).toEqual(['opened', 'mitigated', 'resolved'])
})
