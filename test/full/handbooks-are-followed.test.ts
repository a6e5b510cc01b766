import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { resolves } from '../support/scenes.ts'
import { alertEnds, approves, type Handbook, openHandbook, ticks } from '../support/handbook.ts'

const up: ScriptedTarget = { measure: () => ({ status: 'up' }) }

/** A database whose connections are all taken by one application, and the service that waits for them, until `isWell`. */
function exhausted(ill: 'degraded' | 'down', isWell: (effects: number) => boolean) {
  let status: string = ill
  const db: ScriptedTarget = {
    measure: ({ effects }) => {
      const isMended = isWell(effects)
      if (isMended) status = 'up'
      const total = isMended ? 20 : 97
      return {
        total,
        idle: total - 5,
        used_ratio: total / 100,
        applications: 2,
        top_application: 'backend',
        top_total: total - 3,
        top_idle: total - 6,
      }
    },
  }
  return { db, service: { measure: () => ({ status }) } satisfies ScriptedTarget }
}

describe('AMAS has no database connection left', () => {
  let amas: Handbook
  beforeAll(async () => {
    amas = await openHandbook('amas/pool-exhausted.yaml', 'amas', 'ConnectionPoolTimeout')
  })
  afterAll(() => amas.stop())

  test('sessions that did nothing for ten minutes are ended, and that is enough', async () => {
    const { db } = exhausted('degraded', effects => effects > 0)
    const { row, pages, entries } = await amas.night({
      targets: { db, backend: up },
      people: [alertEnds(2)],
    })
    expect(row).toMatchObject({
      outcome: 'recovered',
      severity: 'SEV2',
      severity_label: 'Medium',
      impact: 'no',
    })
    expect(entries('step.planned')).toMatchObject([
      { step: 'end-idle-sessions', parameters: { idle_longer_than: 600_000, at_most: 200 } },
    ])
    expect(pages).toEqual([[0, ['on-call']]])
  })

  test('the restart is asked for, and when it comes back people raise the pool and say so', async () => {
    let isRaised = false
    const { db, service } = exhausted('degraded', () => isRaised)
    const { row, pages, entries } = await amas.night({
      targets: { db, backend: service },
      people: [approves(5), ticks(14, () => void (isRaised = true)), alertEnds(16)],
    })
    expect(entries('step.ended').map(({ step, result }) => [step, result])).toEqual([
      ['end-idle-sessions', 'failed'],
      ['restart-backend', 'failed'],
      ['raise-pool', 'succeeded'],
    ])
    expect(row).toMatchObject({ severity: 'SEV2', impact: 'yes' })
    expect(pages[0]).toEqual([0, ['on-call']])
  })

  test('a complete outage calls the senior and the platform lead at once', async () => {
    const { db, service } = exhausted('down', effects => effects > 0)
    const { row, pages } = await amas.night({
      targets: { db, backend: service },
      people: [alertEnds(2)],
    })
    expect(row).toMatchObject({ severity: 'SEV1', severity_label: 'High', impact: 'yes' })
    const atOnce = pages.filter(([minute]) => minute === 0).flatMap(([, functions]) => functions)
    expect(atOnce.toSorted()).toEqual(['on-call', 'platform-lead', 'senior'])
  })
})

describe('AMAS serves stale cache entries', () => {
  let amas: Handbook
  beforeAll(async () => {
    amas = await openHandbook('amas/stale-insights.yaml', 'amas', 'StaleDecisionInsights')
  })
  afterAll(() => amas.stop())

  const cache = (without_expiry: () => number): ScriptedTarget => ({
    measure: () => ({ count: 900, is_complete: true, sampled: 900, without_expiry: without_expiry() }),
  })

  test('the one entry that the alert names is deleted, and no other', async () => {
    const { row, entries } = await amas.night({
      labels: { insight_key: 'decision_insight:abc123' },
      targets: { cache: cache(() => 0), backend: up },
      people: [alertEnds(1)],
    })
    expect(row).toMatchObject({ outcome: 'recovered', severity: 'SEV3', severity_label: 'Low' })
    expect(entries('step.planned')).toMatchObject([
      { step: 'delete-insight', parameters: { key: 'decision_insight:abc123' } },
    ])
  })

  test('without a name all of them go when somebody allows it, and the whole database only when two do', async () => {
    const { row, entries } = await amas.night({
      targets: { cache: cache(() => 0), backend: degradedUntilFlushed() },
      people: [approves(2), approves(10), approves(11, 'ben'), alertEnds(13)],
    })
    expect(entries('step.ended').map(({ step, result }) => [step, result])).toEqual([
      ['delete-insight', 'skipped'],
      ['empty-insights', 'failed'],
      ['flush-cache', 'succeeded'],
    ])
    expect(entries('step.planned').map(({ step, risk }) => [step, risk])).toEqual([
      ['empty-insights', 'disruptive'],
      ['flush-cache', 'destructive'],
    ])
    expect(row).toMatchObject({ outcome: 'recovered', severity: 'SEV2' })
  })
})

describe('Synap cannot get database connections', () => {
  let synap: Handbook
  beforeAll(async () => {
    synap = await openHandbook('synap/database-connections.yaml', 'synap', 'DatabaseConnectionFailure')
  })
  afterAll(() => synap.stop())

  test('a leak is mended by ending its idle sessions, and who leaks is on record', async () => {
    const { db, service } = exhausted('degraded', effects => effects > 0)
    const { row, entries } = await synap.night({
      targets: { db, api: service },
      people: [alertEnds(2)],
    })
    expect(row).toMatchObject({ severity: 'SEV2', severity_label: 'P1' })
    expect(entries('step.ended')).toMatchObject([{ step: 'end-leaked-sessions', result: 'succeeded' }])
    expect(entries('check.measured').find(({ check }) => check === 'applications')).toMatchObject({
      values: { top_application: 'backend' },
    })
  })

  test('nobody answers: everybody up to the CTO is called at their minutes', async () => {
    const { db, service } = exhausted('down', () => false)
    const { pages } = await synap.night({
      targets: { db, api: service },
      people: [resolves(70)],
    })
    expect(pages).toEqual([
      [0, ['on-call']],
      [15, ['team-lead']],
      [30, ['engineering-manager']],
      [60, ['cto', 'vp-engineering']],
    ])
  })
})

/** Ill until the database is emptied, whose size nobody can guess: it is a matter of when. */
function degradedUntilFlushed(): ScriptedTarget {
  let openedAtMs: number | undefined
  return {
    measure: ({ nowMs }) => {
      openedAtMs ??= nowMs
      return { status: nowMs - openedAtMs > 11 * 60_000 ? 'up' : 'degraded' }
    },
  }
}
