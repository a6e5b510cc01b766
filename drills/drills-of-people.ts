/** Drills in which people do nothing, or say no, and in which nothing can be measured. */
import type { Runbook } from '../contracts/runbook.ts'
import { conditionsOfStep } from './asked-conditions.ts'
import { failing, gateOf, type Play, stepNamed } from './foreseen-ladder.ts'
import { solveWishes } from './illness.ts'
import { holds, type MeasuredValues } from './judged-conditions.ts'
import type { Made, Making } from './making.ts'
import { left, neverMended, playsOf } from './plots.ts'
import { reactionMs } from './write-drill.ts'

export function nobodyAcknowledges(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'nobody-acknowledges',
    what: 'It stays ill and nobody says a word: every level pages at its time, and what nobody allows is not done.',
  }
  return neverMended(making, story, playsOf(making, { play: id => failing(stepNamed(runbook, id).step) }))
}

/** Somebody is awake, and answers no question. */
export function nobodyApproves(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'nobody-approves',
    what: 'Somebody acknowledges and answers none of its questions: they expire, and nothing is done that nobody allowed.',
  }
  if (asking(runbook).length === 0) return left(story, 'none of its steps asks anybody')
  const plays = playsOf(making, { play: id => failing(stepNamed(runbook, id).step) })
  return neverMended(making, story, plays, { acknowledgedAtMs: 60_000 })
}

/** The steps that wait for people. */
function asking({ mitigate }: Runbook): string[] {
  return mitigate.filter(step => 'manual' in step || gateOf(step) !== undefined).map(({ id }) => id)
}

/** Each of its questions is answered with no. */
export function gateDrills(making: Making): Made[] {
  const { runbook } = making
  return asking(runbook).map(id => {
    const isManual = 'manual' in stepNamed(runbook, id).step
    const story = {
      name: isManual ? `${id}-not-done` : `${id}-denied`,
      what: isManual
        ? `A person says that ${id} was not done: it goes on without it.`
        : `A person denies ${id}: it is not done, and it goes on without it.`,
    }
    const values = valuesForStep(making, id)
    if (values === undefined) return left(story, `no values are known with which ${id} is come to`)
    const plays = playsOf(making, {
      values,
      play: step => (step === id ? 'does-not-help' : 'moot'),
      answer: step => (step === id ? { says: 'no', afterMs: reactionMs(runbook, id) } : undefined),
    })
    if (!isReached(making, id)) return left(story, `a step before ${id} that asks people stands in its way`)
    return neverMended(making, { ...story, never: [{ effect: id }] }, plays, { isShort: true })
  })
}

/** Those before it have nothing to do; a manual one waits for a person, and would be asked first. */
function isReached({ runbook }: Making, id: string): boolean {
  const { index } = stepNamed(runbook, id)
  return runbook.mitigate.slice(0, index).every(step => !('manual' in step))
}

/** Ill, and so that the step is taken when it is come to. */
export function valuesForStep({ runbook, illness }: Making, id: string): MeasuredValues | undefined {
  const { step, index } = stepNamed(runbook, id)
  const { when, precheck, until } = conditionsOfStep(step, index)
  const needed = [when, precheck].filter(condition => condition !== undefined)
  const isTaken = (values: MeasuredValues): boolean =>
    needed.every(condition => holds(illness, condition, values) === true)
  if (isTaken(illness.sick.values)) return illness.sick.values
  const wishes = [
    ...needed.map(condition => ({ condition, wanted: true })),
    ...(until === undefined ? [] : [{ condition: until, wanted: false }]),
  ]
  const { values } = solveWishes(illness, wishes)
  return isTaken(values) ? values : undefined
}

export function noDataDrill(making: Making): Made {
  const { runbook } = making
  const story = {
    name: 'no-data',
    what: 'Nothing can be measured: nobody takes that for a recovery, and people are called.',
    checksFail: 'the drill lets it be silent',
  }
  if (runbook.triage.checks.length === 0) return left(story, 'it has no checks')
  const play = (id: string): Play => failing(stepNamed(runbook, id).step)
  return neverMended(making, story, playsOf(making, { values: {}, play }))
}

/** Each role by itself has no target. */
export function unboundDrills(making: Making): Made[] {
  const { runbook, illness } = making
  return Object.keys(runbook.targets).map(role => {
    const story = {
      name: `${role}-has-no-target`,
      what: `No target fills the role ${role}: its steps are left out, and people are called.`,
      targets: { [role]: [] },
    }
    const checks = runbook.triage.checks.filter(({ target }) => target !== role)
    const values = Object.fromEntries(checks.map(({ name }) => [name, illness.sick.values[name] ?? {}]))
    const play = (id: string): Play => failing(stepNamed(runbook, id).step)
    return neverMended(making, story, playsOf(making, { values, unbound: [role], play }))
  })
}
