/** How each step can end, what people can answer about it, and what becomes of what it did. */
import { attemptOfId, kindOfGate, type StepResult, type UndoEnd } from '../contracts/incident.ts'
import { isTakenBack, type ManualStep, type Runbook, type Step, stepsInFull } from '../contracts/runbook.ts'
import type { Aim } from './aim.ts'
import type { Happened } from './happened.ts'
import { entriesOf, reachedOf } from './record-read.ts'

export function aimsOfSteps(runbook: Runbook): Aim[] {
  return stepsInFull(runbook).flatMap((step, index) => {
    const path = ['mitigate', index]
    return 'manual' in step ? aimsOfManual(step, path) : aimsOfAction(step, path)
  })
}

type Place = (string | number)[]

function aimsOfAction(step: Step, path: Place): Aim[] {
  const { id, gate, retry } = step
  return [
    reached(id, path),
    ended(id, path, 'succeeded'),
    failed(step, path),
    ...skipped(step, path),
    ...(gate === undefined ? [] : aimsOfGate(step, gate, [...path, 'gate'])),
    ...(retry === undefined ? [] : aimsOfRetry(id, retry, [...path, 'retry'])),
    ...(isTakenBack(step) && 'uses' in step.undo ? aimsOfUndo(id, [...path, 'undo']) : []),
  ]
}

function aimsOfManual(step: ManualStep, path: Place): Aim[] {
  const { id, onExpiry, verify } = step
  const answered = (answer: 'done' | 'not-done'): Aim => ({
    area: 'gates',
    path,
    of: id,
    seen: answer === 'done' ? 'ticked' : 'said not to be done',
    isReachedBy: ({ happened }) =>
      entriesOf(happened, 'gate.decided').some(({ data }) => isOfManual(data, id) && data.answer === answer),
  })
  return [
    reached(id, path),
    ...(verify === undefined ? [] : [ended(id, path, 'succeeded'), failed(step, path)]),
    ...skipped(step, path),
    answered('done'),
    answered('not-done'),
    {
      area: 'gates',
      path: [...path, 'onExpiry'],
      of: id,
      seen: `ticked by nobody in time (on_expiry: ${onExpiry})`,
      isReachedBy: ({ happened }) =>
        entriesOf(happened, 'gate.expired').some(({ data }) => isOfManual(data, id)),
    },
  ]
}

function isOfManual({ gateId }: { gateId: string }, step: string): boolean {
  return kindOfGate(gateId) === 'manual' && attemptOfId(gateId)?.step === step
}

function reached(of: string, path: Place): Aim {
  return {
    area: 'steps',
    path,
    of,
    seen: 'reached',
    isReachedBy: ({ happened }) => reachedOf(happened).has(of),
  }
}

function ended(of: string, path: Place, result: StepResult, seen: string = result): Aim {
  return {
    area: 'steps',
    path,
    of,
    seen,
    isReachedBy: ({ happened }) => endsOf(happened, of).includes(result),
  }
}

function endsOf(happened: Happened, step: string): StepResult[] {
  return entriesOf(happened, 'step.ended').flatMap(({ data }) => (data.step === step ? [data.result] : []))
}

function failed({ id, onFailure }: Step | ManualStep, path: Place): Aim {
  if (onFailure === undefined) return ended(id, path, 'failed')
  return ended(id, [...path, 'onFailure'], 'failed', `failed (on_failure: ${onFailure})`)
}

/** Without a condition it is left out only where it has no target, or nothing to do. */
function skipped({ id, when, precheck }: Step | ManualStep, path: Place): Aim[] {
  return when === undefined && precheck === undefined ? [] : [ended(id, path, 'skipped')]
}

function aimsOfGate({ id }: Step, { onExpiry }: NonNullable<Step['gate']>, path: Place): Aim[] {
  const isOf = (gateId: string): boolean =>
    kindOfGate(gateId) === 'approval' && attemptOfId(gateId)?.step === id
  const decided = (state: 'approved' | 'denied'): Aim => ({
    area: 'gates',
    path,
    of: id,
    seen: state,
    isReachedBy: ({ happened }) =>
      entriesOf(happened, 'gate.decided').some(({ data }) => isOf(data.gateId) && data.state === state),
  })
  return [
    decided('approved'),
    decided('denied'),
    {
      area: 'gates',
      path: [...path, 'onExpiry'],
      of: id,
      seen: `expired (on_expiry: ${onExpiry})`,
      isReachedBy: ({ happened }) =>
        entriesOf(happened, 'gate.expired').some(({ data }) => isOf(data.gateId)),
    },
  ]
}

function aimsOfRetry(of: string, { times }: NonNullable<Step['retry']>, path: Place): Aim[] {
  const failures = (happened: Happened): number =>
    endsOf(happened, of).filter(result => result === 'failed').length
  const isTriedAgain = (happened: Happened): boolean => {
    const results = endsOf(happened, of)
    return results.slice(0, -1).includes('failed')
  }
  return [
    { area: 'steps', path, of, seen: 'tried again', isReachedBy: ({ happened }) => isTriedAgain(happened) },
    {
      area: 'steps',
      path,
      of,
      seen: `failed ${times + 1} times`,
      isReachedBy: ({ happened }) => failures(happened) > times,
    },
  ]
}

function aimsOfUndo(of: string, path: Place): Aim[] {
  return (['undone', 'in-place'] as const satisfies readonly UndoEnd[]).map(end => ({
    area: 'undo',
    path,
    of,
    seen: end === 'undone' ? 'taken back' : 'left in place',
    isReachedBy: ({ happened }) =>
      entriesOf(happened, 'undo.ended').some(({ data }) => data.step === of && data.is === end),
  }))
}
