/** Somebody plays a drill: keys go in, lines come out, and the incident between them is the real one. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { playOnScreen, type PlayedAct } from '../../cli/play/play-on-screen.ts'
import { createClock } from '../../cli/terminal/clock.ts'
import { createPaint } from '../../cli/terminal/paint.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { scoreOf } from '../../drills/play-score.ts'
import { type DrillPlayer, playDrillsOn } from '../../rehearsal/drill-player.ts'
import { readDrills, readRunbook } from '../support/drilled.ts'
import { poolDrills, poolRunbook } from '../support/pool-drills.ts'

const loaded = readRunbook(poolRunbook, 'pool.yaml')
let player: DrillPlayer
beforeAll(async () => {
  player = await playDrillsOn({
    temporalAddress: inject('temporalAddress'),
    postgresUrl: inject('postgresUrl'),
  })
})
afterAll(() => player.stop())

const [gameDay] = readDrills(
  poolDrills(`
game-day:
  given:
    people: { eve: [responder] }
    checks: { pool: [{ is: { used_ratio: 0.95, idle: 0 } }, { after: restart, is: { used_ratio: 0.3 } }] }
  events:
    - { at: 1m, who: ana, does: acknowledge }
    - { on: { gate: restart }, after: 1m, who: ana, does: approve }
    - { at: 7m, alert: resolves }
  expect: { pages: [{ at: 0m, to: [on-call] }], outcome: open }
`),
  'pool.drill.yaml',
  loaded,
)
const poolPart = [loaded, gameDay!] as const
const minuteMs = 60_000

interface Played {
  incident: IncidentDetail
  acts: PlayedAct[]
  told: string
  /** All that ever stood below. */
  feet: string[]
}

type Press = readonly [when: string | RegExp, keys: string | ((foot: () => string) => Promise<string>)]

/** Each is pressed once its text has been told, or stands below. */
async function play(presses: readonly Press[], who = 'kim', [runbook, part] = poolPart): Promise<Played> {
  const told: string[] = []
  const feet: string[] = []
  const foot = (): string => feet.at(-1) ?? ''
  async function* keys(): AsyncGenerator<string> {
    for (const [when, pressed] of presses) {
      const pattern = typeof when === 'string' ? expect.stringContaining(when) : expect.stringMatching(when)
      await expect.poll(() => `${told.join('\n')}\n${foot()}`, { timeout: 15_000 }).toEqual(pattern)
      yield* typeof pressed === 'string' ? pressed : await pressed(foot)
    }
    await new Promise(() => undefined)
  }
  const acts: PlayedAct[] = []
  const incident = await player.play(part, runbook, async one => {
    const screen = {
      tell: (lines: readonly string[]) => void told.push(...lines),
      foot: (lines: readonly string[]) => void feet.push(lines.join('\n')),
    }
    const viewAt = (now: number) => ({
      paint: createPaint(false),
      width: 100,
      clock: createClock('UTC'),
      now,
    })
    acts.push(...(await playOnScreen(one, { keys: keys(), screen, viewAt, who })))
  })
  return { incident, acts, told: told.join('\n'), feet }
}

const gateOpens = '? restart waits for leave'
const standing = /you are \w+$/m

test('who plays takes the place of the people, and jumps from event to event to the end', async () => {
  const { incident, acts, told } = await play([
    [gateOpens, 'a'],
    ['kim acknowledged', 'y'],
    ['1 of 2', 'y'],
    ['kim has already voted', 'wlee\r'],
    ['you are lee', 'y'],
    ['Done restart', ' '],
    ['Recovered after restart', ' '],
    ['Recovered as a whole', ' '],
    ['does not fire any more', ' '],
  ])
  expect(told).toMatch(/kim approved restart \(1 of 2\)[^]*lee approved restart \(2 of 2\)/)
  expect(told).not.toContain('ana')
  expect(acts.map(({ who, does, refused }) => [who, does.act, refused === undefined])).toEqual([
    ['kim', 'acknowledge', true],
    ['kim', 'approve', true],
    ['kim', 'approve', false],
    ['lee', 'approve', true],
  ])
  const score = scoreOf(incident, loaded.runbook)
  expect(score).toMatchObject({
    paged: { to: ['on-call'] },
    acknowledged: { by: 'kim', spared: { atMs: 5 * minuteMs, to: ['senior'] } },
    gates: [{ step: 'restart', state: 'approved', by: ['kim', 'lee'], givenMs: 10 * minuteMs }],
    escalated: [],
    outcome: 'recovered',
  })
  expect(score.closedMs).toBeGreaterThanOrEqual(7 * minuteMs)
  expect(score.closedMs).toBeLessThan(7 * minuteMs + 5_000)
})

test('without a key time passes as it does, and a jump ends at the next thing that happens', async () => {
  const { incident, told } = await play([
    [
      gateOpens,
      async foot => {
        const before = secondsSinceAlert(foot())
        await delay(2_100)
        const passed = secondsSinceAlert(foot()) - before
        expect([2, 3]).toContain(passed)
        return ' '
      },
    ],
    ['Paged senior', async foot => (await expect.poll(foot).toMatch(standing), 'a')],
    ['kim acknowledged', '\u0003'],
  ])
  expect(told).not.toContain('nobody decided')
  const score = scoreOf(incident, loaded.runbook)
  expect(score).toMatchObject({
    escalated: [{ level: 1, to: ['senior'] }],
    acknowledged: { spared: null },
    gates: [{ step: 'restart', state: 'open', tookMs: null }],
    outcome: 'open',
    closedMs: null,
  })
  const { afterPageMs } = score.acknowledged!
  expect(afterPageMs).toBeGreaterThan(5 * minuteMs - 1_000)
  expect(afterPageMs).toBeLessThan(5 * minuteMs + 5_000)
})

test('what somebody may not do is said and kept; a reason is typed, corrected, or given up', async () => {
  const { incident, acts, feet } = await play(
    [
      [gateOpens, 'y'],
      ['eve may not', 'f\r'],
      ['A reason is needed', 'fnever\u001b'],
      [/q end/, 'rwe knot\u007fw\r'],
    ],
    'eve',
  )
  expect(acts.map(({ does, refused }) => [does.act, refused])).toEqual([
    ['approve', expect.stringContaining('eve may not do this')],
    ['resolve', undefined],
  ])
  expect(acts[1]!.does).toEqual({ act: 'resolve', reason: 'we know' })
  expect(feet.some(foot => foot.includes('> never'))).toBe(true)
  expect(incident).toMatchObject({ phase: 'closed', outcome: 'resolved-by-person' })
})

test('news of every half hour are told at their minute, and a jump ends with them', async () => {
  const quiet = poolRunbook
    .replace(/^mitigate:[^]*?^verify:/m, 'verify:')
    .replace(
      '{ on: [opened, resolved], tell: [support] }',
      '{ every: 30m, until: resolved, tell: [support], say: Still. }',
    )
    .replace(/^ {2}- { after: (?:5|60)m.*\n/gm, '')
  const runbook = readRunbook(quiet, 'pool.yaml')
  const text = poolDrills('still: { expect: { outcome: open } }').replace(/, { after: end-idle.*/, ']')
  const [still] = readDrills(text, 'pool.drill.yaml', runbook)
  const { told, feet } = await play(
    [
      [/Paged on-call/, ' '],
      [/02:30:0\d {2}Told support/, ' '],
      [/03:00:0\d {2}Told support/, ' q'],
    ],
    'kim',
    [runbook, still!],
  )
  expect(told.match(/Told support/g)).toHaveLength(2)
  expect(feet.at(-1)).toBe('')
})

/** `4m 12s after the alert` */
function secondsSinceAlert(foot: string): number {
  const [, minutes = '0', seconds = '0'] = /(?:(\d+)m ?)?(?:(\d+)s)? after the alert/.exec(foot) ?? []
  return Number(minutes) * 60 + Number(seconds)
}
