/** Drills in which a worker is killed, and in which everything is frozen for a while. */
import { type CrashPoint, crashPoints, type DrillEvent } from '../contracts/drill.ts'
import { limits } from '../contracts/limits.ts'
import { gateOf, stepNamed } from './foreseen-ladder.ts'
import type { Made, Making } from './making.ts'
import { left, mendedBy, playsOf } from './plots.ts'
import { approving, automaticSteps } from './drills-of-steps.ts'
import { valuesForStep } from './drills-of-people.ts'
import { approvalsOf, reactionMs } from './write-drill.ts'

/** That a worker is lost is noticed after this, on a busy machine after some more. */
const noticedMs = 2 * limits.heartbeatMs

export function crashDrills(making: Making): Made[] {
  const { runbook } = making
  const steps = runbook.mitigate.filter(step => !('manual' in step)).map(({ id }) => id)
  return [...steps.flatMap(id => crashPoints.map(at => crashAround(making, id, at))), crashAtGate(making)]
}

function crashAround(making: Making, id: string, at: CrashPoint): Made {
  const { runbook } = making
  const when = {
    'before-claim': 'before it has claimed',
    'after-claim': 'after it has claimed and before it does',
    'after-effect': 'after it has done',
  }
  const story = {
    name: `${id}-worker-killed-${at}`,
    what: `The worker is killed ${when[at]} ${id}: it is done once, and proved.`,
  }
  const arranged = arrange(making, id)
  if (typeof arranged === 'string') return left(story, arranged)
  const { step } = stepNamed(runbook, id)
  const demand = 'manual' in step ? undefined : gateOf(step)
  const isAskedAgain = demand !== undefined && at !== 'after-effect'
  const reaction = reactionMs(runbook, id)
  // Of what was not done a new plan is made, and somebody has to allow that one too.
  const againMs = reaction + 3 * noticedMs
  if (isAskedAgain && againMs >= demand.expiresMs + reaction)
    return left(
      story,
      `${id} would have to be allowed a second time before anybody has seen that it was asked`,
    )
  const events = isAskedAgain ? approvalsOf(id, demand.quorum, againMs) : []
  return mendedBy(making, story, arranged, id, {
    crashes: [{ step: id, at }],
    events,
    lateMs: 60_000 + (isAskedAgain ? againMs : 0),
  })
}

/** So that the step is the one that helps: those before it have nothing to do. */
function arrange(making: Making, id: string): ReturnType<typeof playsOf> | string {
  const { runbook } = making
  if (!automaticSteps(runbook).includes(id)) return `a step before ${id} waits for a person`
  const values = valuesForStep(making, id)
  if (values === undefined) return `no values are known with which ${id} is come to`
  return playsOf(making, {
    values,
    play: step => (step === id ? 'heals' : 'moot'),
    answer: approving(runbook),
  })
}

function crashAtGate(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'worker-killed-while-a-gate-is-open',
    what: 'The worker is killed while a question waits for people: it is not asked again, and its answer counts.',
  }
  const id = automaticSteps(runbook).find(name => {
    const { step } = stepNamed(runbook, name)
    return !('manual' in step) && gateOf(step) !== undefined
  })
  if (id === undefined) return left(story, 'none of its steps asks for leave before a person has one to do')
  const arranged = arrange(making, id)
  if (typeof arranged === 'string') return left(story, arranged)
  const crash: DrillEvent = {
    gateOf: id,
    afterMs: Math.floor(reactionMs(runbook, id) / 2),
    kind: 'crash',
    of: 'worker',
  }
  return mendedBy(making, story, arranged, id, { events: [crash], lateMs: 60_000 })
}

/** Everything is frozen while a question waits; the step is approved, and done only once that is over and it was allowed anew. */
export function freezeDrill(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'freeze-in-the-middle',
    what: 'Everything is frozen before a step is done: it waits, is asked again when the freeze is lifted, and is done once.',
  }
  const id = automaticSteps(runbook).find(name => {
    const { step } = stepNamed(runbook, name)
    return !('manual' in step) && gateOf(step) !== undefined
  })
  if (id === undefined)
    return left(
      story,
      'none of its steps waits for leave: the moment before an effect is too short to freeze in',
    )
  const arranged = arrange(making, id)
  if (typeof arranged === 'string') return left(story, arranged)
  const { step } = stepNamed(runbook, id)
  const quorum = 'manual' in step ? 1 : (gateOf(step)?.quorum ?? 1)
  const reaction = reactionMs(runbook, id)
  const liftedMs = reaction + frozenMs
  const events: DrillEvent[] = [
    {
      gateOf: id,
      afterMs: Math.floor(reaction / 2),
      kind: 'person',
      who: 'fay',
      does: { act: 'freeze', reason: 'a release' },
    },
    {
      gateOf: id,
      afterMs: liftedMs,
      kind: 'person',
      who: 'fay',
      does: { act: 'unfreeze', reason: 'the release is over' },
    },
    ...approvalsOf(id, quorum, liftedMs + reaction),
  ]
  return mendedBy(
    making,
    {
      ...story,
      timeline: [
        { kind: 'freeze.met', has: { step: id } },
        { kind: 'claim.made', has: { step: id } },
      ],
    },
    arranged,
    id,
    { events, lateMs: liftedMs + reaction },
  )
}

const frozenMs = 300_000
