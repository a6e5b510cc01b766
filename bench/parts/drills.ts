/** How long a drill takes, alone and a hundred of them; its engine is up before. */
import type { Drill } from '../../contracts/drill.ts'
import { atOnce, defaultJobs } from '../../rehearsal/at-once.ts'
import type { Figure } from '../figure.ts'
import { readShipped, startDrills } from '../world/drills.ts'
import type { Part } from './part.ts'

const minuteMs = 60_000
const escalationAtMostMs = 1_000
const skipAtMostMs = 300
const hundredAtMostMs = 60_000
const skipsOfTheHundred = 14
const bare = 'bare workflows with as many waits'

export const drills: Part = async ({ isQuick }) => {
  const stage = await startDrills()
  try {
    return await measure(stage, isQuick)
  } finally {
    await stage.stop()
  }
}

async function measure(stage: Awaited<ReturnType<typeof startDrills>>, isQuick: boolean): Promise<Figure[]> {
  const [rounds, kinds, storms, many, killers] = isQuick ? [2, 3, 1, 10, 1] : [10, Infinity, 3, 100, 3]
  const anyAlert = readShipped('default.yaml')
  const pool = readShipped('shop/pool-exhausted.yaml')
  const ladder = anyAlert.drills.get('nobody-acknowledges')!
  const isKiller = ({ crashes }: Drill): boolean => crashes.length > 0

  // The first one pays for connections and compiled code.
  await stage.run(ladder, anyAlert)
  const escalation = emptyPair()
  for (let round = 0; round < rounds; round++) {
    escalation.ours.push(await stage.run(ladder, anyAlert))
    escalation.bare.push(await stage.wait([15, 15, 30].map(minutes => minutes * minuteMs)))
  }

  const counted: { drill: Drill; skips: number }[] = []
  const skip = emptyPair()
  for (const drill of [...pool.drills.values()].filter(one => !isKiller(one)).slice(-kinds)) {
    const { tookMs, skips } = await stage.count(drill, pool)
    counted.push({ drill, skips })
    skip.ours.push(tookMs / skips)
    skip.bare.push((await stage.wait(waits(skips))) / skips)
  }

  const short = counted.filter(({ skips }) => skips <= skipsOfTheHundred)
  const hundred = Array.from({ length: many }, (_, nth) => short[nth % short.length]!)
  const storm = emptyPair()
  for (let round = 0; round < storms; round++) {
    storm.ours.push(await all(hundred, ({ drill }) => stage.run(drill, pool)))
    storm.bare.push(await all(hundred, ({ skips }) => stage.wait(waits(skips))))
  }

  const crash: number[] = []
  for (const drill of [...pool.drills.values()].filter(isKiller).slice(0, killers))
    crash.push(await stage.run(drill, pool))

  const lower = { unit: 'ms', better: 'lower' } as const
  const skipsOf = hundred.map(({ skips }) => skips)
  return [
    {
      ...lower,
      id: 'drills.escalation',
      what: 'a drill in which nobody answers: pages at 0, 15, 30 and 60 minutes',
      rounds: escalation.ours,
      beside: [{ name: bare, rounds: escalation.bare }],
      aims: [{ atMost: escalationAtMostMs }],
    },
    {
      ...lower,
      id: 'drills.skip',
      what: `other drills, one at a time: for each skip of time (${spread(counted.map(({ skips }) => skips))} a drill)`,
      rounds: skip.ours,
      beside: [{ name: bare, rounds: skip.bare }],
      aims: [{ atMost: skipAtMostMs }],
    },
    {
      ...lower,
      id: 'drills.hundred',
      what: `${many} drills of ${spread(skipsOf)} skips, ${defaultJobs} at once`,
      rounds: storm.ours,
      beside: [{ name: bare, rounds: storm.bare }],
      aims: [{ atMost: hundredAtMostMs }],
    },
    {
      ...lower,
      id: 'drills.crash',
      what: 'a drill that kills its worker around an effect',
      rounds: crash,
      beside: [],
      aims: [],
    },
  ]
}

function emptyPair(): { ours: number[]; bare: number[] } {
  return { ours: [], bare: [] }
}

function waits(count: number): number[] {
  return Array.from({ length: count }, () => minuteMs)
}

async function all<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await atOnce(items, defaultJobs, async item => void (await work(item)))
  return performance.now() - begun
}

function spread(counts: readonly number[]): string {
  return `${Math.min(...counts)} to ${Math.max(...counts)}`
}
