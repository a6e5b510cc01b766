import { expect, test } from 'vitest'
import { tellScore } from '../../../cli/play/tell-score.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { GateScore, PlayScore } from '../../../drills/play-score.ts'

const minuteMs = 60_000
const page = { paint: createPaint(false), width: 100 }
const gate: GateScore = {
  step: 'restart',
  attempt: 1,
  kind: 'approval',
  openedMs: 1_000,
  state: 'approved',
  answer: null,
  by: ['ana', 'ben'],
  tookMs: 90_000,
  givenMs: 10 * minuteMs,
}
const score: PlayScore = {
  paged: { atMs: 300, to: ['on-call'] },
  acknowledged: {
    atMs: 252_300,
    by: 'ana',
    afterPageMs: 252_000,
    spared: { atMs: 15 * minuteMs, to: ['senior'] },
  },
  gates: [gate],
  escalated: [],
  outcome: 'recovered',
  closedMs: 20 * minuteMs,
}

function told(change: Partial<PlayScore>): string[] {
  return tellScore({ ...score, ...change }, page)
    .slice(2)
    .map(line => line.trim())
}

test('each time stands beside what the runbook gave', () => {
  expect(told({})).toEqual([
    'Acknowledged by ana 4m 12s after the page; the next level, senior, would have been paged at 15m.',
    'restart: approved by ana and ben after 1m 30s of the 10m there were.',
    'It recovered, 20m after the alert.',
  ])
})

test('what nobody did is said', () => {
  const lines = told({
    acknowledged: null,
    gates: [
      { ...gate, by: [], state: 'expired', tookMs: 10 * minuteMs },
      { ...gate, step: 'raise', attempt: 2, kind: 'manual', by: [], state: 'open', tookMs: null },
    ],
    escalated: [{ atMs: 15 * minuteMs + 300, level: 1, to: ['senior', 'lead'] }],
    outcome: 'open',
    closedMs: null,
  })
  expect(lines).toEqual([
    'Nobody acknowledged.',
    'restart: nobody decided within 10m.',
    'raise (attempt 2): nobody decided; it was still open at the end.',
    'senior and lead paged as well, 15m after the alert.',
    'It was left open.',
  ])
})

test('what was answered is said in the words of its question', () => {
  const answered = (kind: GateScore['kind'], answer: GateScore['answer']): GateScore => ({
    ...gate,
    kind,
    answer,
    by: ['ana'],
    givenMs: null,
  })
  expect(
    told({
      gates: [
        answered('manual', 'done'),
        answered('manual', 'not-done'),
        answered('outcome', 'done'),
        answered('outcome', 'not-done'),
      ],
    }).slice(1, 5),
  ).toEqual([
    'restart: ticked by ana after 1m 30s.',
    'restart: told as not done by ana after 1m 30s.',
    'restart: said to be done by ana after 1m 30s.',
    'restart: said not to be done by ana after 1m 30s.',
  ])
})
