/** What a sender feels: the webhook beside bare routes that store and commit, and beside Alertmanager. No worker runs. */
import type { Figure, Peer } from '../figure.ts'
import { arriveSteadily, type Endpoint, type Loaded, saturate } from '../load.ts'
import { alertmanagerBody, prometheusBody } from '../world/alert.ts'
import { startAlertmanager, startHttpFloor } from '../world/floor.ts'
import { startParamedic } from '../world/paramedic.ts'
import type { Part } from './part.ts'

const connections = 64
/** A storm's rate that the slowest of them answers without a queue. */
const arrivalsPerSecond = 200
/** Alerts of so many groups come again and again, as they do while a storm lasts. */
const groups = 1_000

const oneInsert = 'one INSERT'
const groupCommit = 'group commit'

export const accept: Part = async bench => {
  const { servers, patient, profile, isQuick } = bench
  const floor = await startHttpFloor(servers)
  const alertmanager = await startAlertmanager(servers)
  const paramedic = await startParamedic(servers, patient, 'accept', { hasWorker: false, profile })
  const body = (n: number): string => alertmanagerBody(`accept ${n % groups}`, 'BenchAccept')
  const contestants: Contestant[] = [
    contestant('Paramedic', { ...paramedic.webhook, body }),
    contestant(oneInsert, { ...floor.insert, body }),
    contestant(groupCommit, { ...floor.grouped, body }),
  ]
  if (alertmanager !== undefined)
    contestants.push(
      contestant('Alertmanager (in memory)', {
        ...alertmanager.alerts,
        body: n => prometheusBody(`accept ${n % groups}`, 'BenchAccept'),
      }),
    )
  const { rounds, forMs, warmUpMs } = isQuick
    ? { rounds: 1, forMs: 1_000, warmUpMs: 500 }
    : { rounds: 5, forMs: 3_000, warmUpMs: 3_000 }
  try {
    for (const { endpoint } of contestants) await saturate(endpoint, connections, warmUpMs)
    for (let round = 0; round < rounds; round++) {
      // Another one begins each round, so that none always runs after the same one.
      for (const { endpoint, saturated } of turned(contestants, round))
        saturated.push(await saturate(endpoint, connections, forMs))
      for (const { endpoint, steady } of turned(contestants, round))
        steady.push(await arriveSteadily(endpoint, arrivalsPerSecond, forMs))
    }
  } finally {
    await Promise.all([paramedic.stop(), floor.stop(), alertmanager?.stop()])
  }
  return figuresOf(contestants)
}

interface Contestant {
  name: string
  endpoint: Endpoint
  saturated: Loaded[]
  steady: Loaded[]
}

function contestant(name: string, endpoint: Endpoint): Contestant {
  return { name, endpoint, saturated: [], steady: [] }
}

function turned<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

function figuresOf([ours, ...peers]: Contestant[]): Figure[] {
  if (ours === undefined) return []
  const of = (read: (one: Contestant) => number[]): { rounds: number[]; beside: Peer[] } => ({
    rounds: read(ours),
    beside: peers.map(peer => ({ name: peer.name, rounds: read(peer) })),
  })
  const steady = `webhook at ${arrivalsPerSecond}/s`
  const full = `webhook, ${connections} connections`
  return [
    {
      id: 'accept.rate',
      what: `${full}: accepted and committed`,
      unit: '/s',
      better: 'higher',
      ...of(({ saturated }) => saturated.map(({ perSecond }) => perSecond)),
      aims: [{ peer: groupCommit, atLeast: 0.4 }],
    },
    latency(
      'accept.p50',
      `${steady}: p50`,
      of(({ steady: one }) => one.map(({ p50Ms }) => p50Ms)),
      2,
    ),
    latency(
      'accept.p99',
      `${steady}: p99`,
      of(({ steady: one }) => one.map(({ p99Ms }) => p99Ms)),
    ),
    latency(
      'accept.full.p50',
      `${full}: p50`,
      of(({ saturated }) => saturated.map(({ p50Ms }) => p50Ms)),
      2,
    ),
    latency(
      'accept.full.p99',
      `${full}: p99`,
      of(({ saturated }) => saturated.map(({ p99Ms }) => p99Ms)),
    ),
  ]
}

function latency(
  id: string,
  what: string,
  measured: { rounds: number[]; beside: Peer[] },
  atMost?: number,
): Figure {
  const aims = atMost === undefined ? [] : [{ peer: oneInsert, atMost }]
  return { id, what, unit: 'ms', better: 'lower', ...measured, aims }
}
