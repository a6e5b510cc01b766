/** What a key does at this moment of an incident that is played. */
import type { PersonsAct } from '../../contracts/drill.ts'
import { impacts, isOpen, severities } from '../../contracts/incident.ts'
import type { GateView, IncidentDetail } from '../../contracts/views.ts'

export interface Choice {
  /** As it is shown. */
  key: string
  /** What it does, in two or three words. */
  label: string
  does: Deed
}

export type Deed =
  | { kind: 'act'; act: PersonsAct }
  | { kind: 'ask'; question: Question }
  | { kind: 'jump' }
  | { kind: 'next-gate' }
  | { kind: 'quit' }

/** Something to be typed before it is done. */
export interface Question {
  text: string
  /** Returns what is done, or why the answer is none. */
  answered(typed: string): { act: PersonsAct } | { who: string } | { problem: string }
}

/** @param gate of those that are open, the one that is asked about. */
export function choicesOf(incident: IncidentDetail, gate: GateView | undefined): Choice[] {
  if (!isOpen(incident.phase)) return [quit]
  const open = openGates(incident)
  return [
    { key: 'space', label: 'next event', does: { kind: 'jump' } },
    ...(incident.acknowledgedAt === null ? [act('a', 'acknowledge', { act: 'acknowledge' })] : []),
    ...(gate === undefined ? [] : aboutGate(gate)),
    ...(open.length > 1 ? [{ key: 'g', label: 'next question', does: { kind: 'next-gate' } as const }] : []),
    isFrozen(incident) ? lift : freeze,
    severity,
    impact,
    resolve,
    cancel,
    somebodyElse,
    quit,
  ]
}

/** The oldest first. */
export function openGates({ gates }: IncidentDetail): GateView[] {
  return gates
    .filter(({ state }) => state === 'open')
    .toSorted((one, other) => Date.parse(one.openedAt) - Date.parse(other.openedAt))
}

function aboutGate({ kind, step }: GateView): Choice[] {
  switch (kind) {
    case 'approval':
      return [
        act('y', `approve ${step}`, { act: 'approve', step }),
        ask('n', `deny ${step}`, `Why is ${step} denied? (may stay empty)`, reason => ({
          act: { act: 'deny', step, ...(reason === '' ? {} : { reason }) },
        })),
      ]
    case 'manual':
      return [
        act('t', `${step} is done`, { act: 'tick', step, done: true }),
        act('n', 'it is not', { act: 'tick', step, done: false }),
      ]
    case 'outcome':
      return [
        act('y', `${step} was done`, { act: 'decide', step, done: true }),
        act('n', 'it was not', { act: 'decide', step, done: false }),
      ]
    default:
      return kind satisfies never
  }
}

function isFrozen({ timeline }: IncidentDetail): boolean {
  return timeline.findLast(({ kind }) => kind === 'freeze.on' || kind === 'freeze.off')?.kind === 'freeze.on'
}

function act(key: string, label: string, does: PersonsAct): Choice {
  return { key, label, does: { kind: 'act', act: does } }
}

function ask(key: string, label: string, text: string, answered: Question['answered']): Choice {
  return { key, label, does: { kind: 'ask', question: { text, answered } } }
}

function askWhy(key: string, label: string, text: string, does: (reason: string) => PersonsAct): Choice {
  return ask(key, label, text, reason =>
    reason === '' ? { problem: 'A reason is needed; nothing was done.' } : { act: does(reason) },
  )
}

const freeze = askWhy('f', 'freeze', 'Why is everything frozen?', reason => ({ act: 'freeze', reason }))
const lift = act('f', 'lift the freeze', { act: 'unfreeze', reason: 'it may go on' })
const resolve = askWhy('r', 'resolve', 'Why is it resolved?', reason => ({ act: 'resolve', reason }))
const cancel = askWhy('c', 'cancel', 'Why should it not have been opened?', reason => ({
  act: 'cancel',
  reason,
}))
const severity = ask('s', 'severity', 'Which severity? (1 to 4)', typed => {
  const is = severities.find(one => one === typed.toUpperCase() || one === `SEV${typed}`)
  return is === undefined
    ? { problem: 'It is 1, 2, 3 or 4; nothing was done.' }
    : { act: { act: 'severity', is } }
})
const impact = ask('i', 'impact', `Are customers affected? (${impacts.join(', ')})`, typed => {
  const is = impacts.find(one => one === typed.toLowerCase())
  return is === undefined
    ? { problem: `It is one of ${impacts.join(', ')}; nothing was done.` }
    : { act: { act: 'impact', is } }
})
const somebodyElse = ask('w', 'who acts', 'Who acts from now on?', who =>
  who === '' ? { problem: 'Nobody has an empty name.' } : { who },
)
const quit: Choice = { key: 'q', label: 'end', does: { kind: 'quit' } }
