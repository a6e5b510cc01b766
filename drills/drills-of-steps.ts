/** Drills in which steps fail, and in which an alert goes by itself. */
import type { Runbook } from '../contracts/runbook.ts'
import { failing, foreseeLadder, stepNamed } from './foreseen-ladder.ts'
import type { Made, Making } from './making.ts'
import { left, mendedBy, neverMended, passes, playsOf } from './plots.ts'
import { reactionMs } from './write-drill.ts'

/** Those that Paramedic takes, and whatever comes before the last of them is not a person's. */
export function automaticSteps({ mitigate }: Runbook): string[] {
  const firstManual = mitigate.findIndex(step => 'manual' in step)
  return mitigate.slice(0, firstManual === -1 ? undefined : firstManual).map(({ id }) => id)
}

export function approving(runbook: Runbook) {
  return (id: string) => ({ says: 'yes', afterMs: reactionMs(runbook, id) }) as const
}

export function firstStepFails(making: Making): Made {
  const { runbook, illness } = making
  const story = {
    name: 'first-step-fails',
    what: 'The first step fails and the second one helps.',
  }
  const plays = playsOf(making, { play: () => 'effect-fails', answer: approving(runbook) })
  const taken = foreseeLadder(plays).steps.filter(
    ({ id, result }) => result === 'failed' && automaticSteps(runbook).includes(id),
  )
  const [first, second] = taken.map(({ id }) => id)
  if (first === undefined || second === undefined)
    return left(story, 'it has no two steps of which one is taken after the other')
  return mendedBy(
    making,
    { ...story, what: `${first} fails and ${second} helps.` },
    { ...plays, values: illness.sick.values, play: id => (id === second ? 'heals' : 'effect-fails') },
    second,
  )
}

export function everyStepFails(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'every-step-fails',
    what: 'Every step is allowed and done, and none helps: the next level is called at once, and it stays with people.',
  }
  if (runbook.mitigate.length === 0) return left(story, 'it has no steps')
  const plays = playsOf(making, {
    play: id => failing(stepNamed(runbook, id).step),
    answer: id => ({
      says: 'manual' in stepNamed(runbook, id).step ? 'no' : 'yes',
      afterMs: reactionMs(runbook, id),
    }),
  })
  return neverMended(making, story, plays)
}

const passesAtMs = 300_000
/** What a machine needs until the hold begins makes its end late as well, and not the return of the alert. */
const lateInHold = 0.8

export function alertDrills(making: Making): Made[] {
  const { runbook } = making
  const byItself = {
    name: 'alert-resolves-by-itself',
    what: 'There is nothing for the steps to do, and the alert resolves: that it is well is proved before it closes.',
  }
  const returns = {
    name: 'alert-returns-in-the-hold',
    what: 'The alert fires again while a recovery is held: the recovery is lost, and the next one is proved anew.',
  }
  const waits = runbook.mitigate.find(step => 'manual' in step && step.expiresMs <= passesAtMs)
  if (waits !== undefined)
    return [byItself, returns].map(story =>
      left(story, `${waits.id} waits for a person for less than five minutes`),
    )
  return [
    passes(making, byItself, passesAtMs),
    runbook.holdMs === 0
      ? left(returns, 'it holds no recovery')
      : passes(making, returns, passesAtMs, Math.floor(runbook.holdMs * lateInHold)),
  ]
}
