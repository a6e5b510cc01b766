import { durationInWords } from '../../contracts/duration-words.ts'
import type { Risk } from '../../contracts/incident.ts'
import {
  isTakenBack,
  type ManualStep,
  type Runbook,
  type Step,
  stepsInFull,
} from '../../contracts/runbook.ts'
import { actionDefinitions } from '../../contracts/targets/catalogue.ts'
import {
  approversInWords,
  type Following,
  followingOf,
  parametersOf,
  retryInWords,
  steadinessInWords,
  undoInWords,
} from '../runbook/words.ts'
import type { Fact, Point } from './chapter.ts'

export function whatIsTried(runbook: Runbook): Point[] {
  if (runbook.mitigate.length === 0)
    return [
      {
        text:
          runbook.schedule === undefined ? 'Nothing is changed: people are called.' : 'Nothing is changed.',
      },
    ]
  const following = followingOf(runbook)
  const steps = stepsInFull(runbook).map((step, index) => told(step, index + 1, following))
  const [before, after] = runbook.schedule === undefined ? ofLadder(steps.length) : ofRoutine(steps.length)
  return [{ text: before }, ...steps, { text: after }]
}

function ofLadder(steps: number): [string, string] {
  return [
    steps === 1
      ? 'One step:'
      : 'One after the other, until one of them has helped; whatever a step ends as, if it has not helped the next one is tried.',
    'When no step is left, the next level of the escalation is called at once and the incident stays with people. (Not when targets in `observe` left every step out.)',
  ]
}

function ofRoutine(steps: number): [string, string] {
  return [
    steps === 1 ? 'One step:' : 'All of them, one after the other:',
    'From the first step on that fails, has no target, waits for an approval or asks a person, the escalation counts as if it had opened then.',
  ]
}

function told(step: Step | ManualStep, number: number, following: Following): Point {
  if ('manual' in step) {
    const facts = Object.values(manualTellers).flatMap(tell => tell(step, following))
    return { text: `${number}. ${step.id}: a person does this and ticks it`, facts }
  }
  const facts = Object.values(tellers).flatMap(tell => tell(step, following))
  return { text: `${number}. ${step.id}: ${step.uses} on ${step.target}`, facts }
}

const riskInWords: Record<Risk, string> = {
  reversible: 'it can be undone',
  disruptive: 'users may notice, nothing irreplaceable is lost',
  destructive: 'data is lost',
}

/** Every key of a step, so that a new one cannot be left out by accident; in the order of telling. */
const tellers: { [K in keyof Required<Step>]: (step: Step, following: Following) => Fact[] } = {
  // The step's own line says these.
  id: () => [],
  target: () => [],
  uses: ({ uses }) => {
    const { describe, risk } = actionDefinitions[uses]
    return [
      { label: 'does', text: describe },
      { label: 'risk', text: `${risk}: ${riskInWords[risk]}` },
    ]
  },
  when: tellWhen,
  with: step => {
    const given = parametersOf(step.uses, step)
    return given === '' ? [] : [{ label: 'with', text: given }]
  },
  // Said with those that are written out.
  fromInputs: () => [],
  precheck: tellPrecheck,
  gate: ({ gate, uses }, following) => (gate === undefined ? ungated(uses) : gated(gate, following)),
  timeoutMs: ({ timeoutMs }) => [{ label: 'limit', text: `given up after ${durationInWords(timeoutMs)}` }],
  verify: ({ verify }) => [proofOf(verify)],
  retry: ({ retry }) => (retry === undefined ? [] : [{ label: 'failed', text: retryInWords(retry) }]),
  onFailure: tellOnFailure,
  undo: tellUndo,
  temporary: tellTemporary,
}

/** What takes a step back, and when it does. */
export function undoing(step: Undoable, following: Following): Fact[] {
  const isAtOnce = step.onFailure === 'undo'
  return [...(isAtOnce ? tellOnFailure(step, following) : []), ...tellUndo(step), ...tellTemporary(step)]
}

export type Undoable = Pick<Step, 'undo' | 'temporary' | 'onFailure'>

function tellOnFailure({ onFailure }: Pick<Step, 'onFailure'>, following: Following): Fact[] {
  if (onFailure === undefined) return []
  return [{ label: 'last try', text: `when it fails too, ${following.failure(onFailure)}` }]
}

function tellUndo(step: Undoable): Fact[] {
  const { undo } = step
  const isByHand = !('none' in undo) && !isTakenBack(step)
  const proof = 'none' in undo ? undefined : undo.verify
  const told = {
    label: 'undo',
    text: `${undoInWords(undo)}${isByHand ? '; nobody but a person runs it' : ''}`,
  }
  if (proof === undefined) return [told]
  const measured = `when ${proof.check} shows it, measured ${steadinessInWords(proof)}:`
  return [told, { label: 'undone', text: measured, condition: proof.until }]
}

function tellTemporary({ temporary }: Pick<Step, 'temporary'>): Fact[] {
  if (temporary === undefined) return []
  const text =
    'it stays for the time of the incident: when the recovery has lasted, or a person ends the incident, it is taken back; after a recovery the whole is measured once more'
  return [{ label: 'temporary', text }]
}

/** The same of what people do. */
const manualTellers: {
  [K in keyof Required<ManualStep>]: (step: ManualStep, following: Following) => Fact[]
} = {
  id: () => [],
  manual: ({ manual }) => [{ label: 'to do', text: manual }],
  when: tellWhen,
  precheck: tellPrecheck,
  by: ({ by }) => [
    {
      label: 'ticked',
      text:
        by === undefined
          ? 'by anybody who may act on an incident'
          : `by ${approversInWords({ approvers: by, quorum: 1 })}`,
    },
  ],
  expiresMs: ({ expiresMs, onExpiry }, following) => [
    { label: 'no answer', text: `after ${durationInWords(expiresMs)}, ${following.expiry(onExpiry)}` },
  ],
  // Said with the time.
  onExpiry: () => [],
  verify: ({ verify }) =>
    verify === undefined
      ? [{ label: 'then', text: 'the next step is taken, because nothing measures whether it helped' }]
      : [proofOf(verify)],
  onFailure: ({ onFailure }, following) => [
    { label: 'not done', text: `or it did not help: ${following.failure(onFailure)}` },
  ],
}

function tellWhen({ when }: Pick<Step, 'when'>): Fact[] {
  if (when === undefined) return []
  return [{ label: 'only if', text: 'this holds; without data it is left out:', condition: when }]
}

function tellPrecheck({ precheck }: Pick<Step, 'precheck'>): Fact[] {
  if (precheck === undefined) return []
  const { check, afterMs, when } = precheck
  const wait = afterMs === 0 ? '' : ` after ${durationInWords(afterMs)}`
  return [
    { label: 'looks again', text: `${check} is measured anew${wait}; only if this holds:`, condition: when },
  ]
}

function proofOf(verify: Step['verify']): Fact {
  const { check, until } = verify
  return {
    label: 'helped',
    text: `when ${check} shows it, measured ${steadinessInWords(verify)}:`,
    condition: until,
  }
}

function gated(gate: NonNullable<Step['gate']>, following: Following): Fact[] {
  const { expiresMs, onExpiry } = gate
  return [
    { label: 'approval', text: `by ${approversInWords(gate)}, within ${durationInWords(expiresMs)}` },
    { label: 'no answer', text: `${following.expiry(onExpiry)}; silence never approves` },
  ]
}

function ungated(uses: Step['uses']): Fact[] {
  const isDestructive = (actionDefinitions[uses].risk as Risk) === 'destructive'
  const text = isDestructive
    ? '2 different people, because data is lost'
    : 'the runbook asks nobody; a target in `propose` asks all the same, one in `observe` is left alone'
  return [{ label: 'approval', text }]
}
