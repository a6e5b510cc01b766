/** What would become of an alert as the targets say it now, in the form in which runbooks are explained. */
import type { ForesightReply } from '../../contracts/foresight-views.ts'
import { durationInWords } from '../../contracts/duration-words.ts'
import type { Autonomy, Impact } from '../../contracts/incident.ts'
import {
  type CheckUse,
  isTakenBack,
  type ManualStep,
  type Runbook,
  type Step,
} from '../../contracts/runbook.ts'
import type { Chapter, Fact, Point } from '../explain/chapter.ts'
import { whoIsTold } from '../explain/communication.ts'
import { sentence, whoIsCalled } from '../explain/escalation.ts'
import { undoing } from '../explain/steps.ts'
import { inDefinedOrder, valuesInWords } from '../narrate/values.ts'
import {
  approversInWords,
  followingOf,
  onExpiryInWords,
  severityInWords,
  taskInWords,
  timeOfLevel,
} from '../runbook/words.ts'
import { groupInWords, whatIsGiven, whichRunbook, whyNoTarget } from './chapters.ts'

type Live = NonNullable<ForesightReply['foresight']>
type LiveStep = Live['steps'][number]
type LivePlan = NonNullable<LiveStep['plan']>

/** `from` is where the runbook came from. */
export function chaptersOfForesight(
  reply: ForesightReply & { foresight: Live },
  { from, others }: { from: string; others: readonly string[] },
): Chapter[] {
  const { foresight } = reply
  const { hash, runbook } = reply.runbook
  const { name, title, match } = runbook
  const chosen = { name, title, hash, file: from, isDefault: match === undefined }
  return [
    { title: 'Which runbook', points: whichRunbook({ runbook: chosen, others }) },
    { title: 'On what', points: onWhat(reply) },
    { title: 'What it would be given', points: whatIsGiven(reply.inputs) },
    { title: 'What is measured now', points: whatIsMeasured(runbook.triage.checks, foresight) },
    { title: 'How severe it would be', points: howSevere(foresight) },
    { title: 'What would be tried', points: whatWouldBeTried(runbook, foresight) },
    { title: 'Who would be called', points: whoWouldBeCalled(runbook, foresight) },
    { title: 'Who would be told', points: whoIsTold(runbook.communication ?? []) },
    { title: 'What was not done', points: whatWasNotDone(reply) },
  ].filter(({ points }) => points.length > 0)
}

function onWhat({ place, bindings }: ForesightReply): Point[] {
  const where = `${place.system}/${place.environment}`
  if (bindings.length === 0) return [{ text: `In ${where}, on nothing: it measures and changes nothing.` }]
  const facts = bindings.map((binding): Fact => {
    const { role, kind } = binding
    if ('target' in binding) {
      const site = binding.site === undefined ? '' : `, at ${binding.site}`
      return { label: role, text: `${binding.target} (${kind}${site})` }
    }
    if ('members' in binding) return { label: role, text: groupInWords(binding) }
    const why = whyNoTarget(binding)
    return {
      label: role,
      text: `${binding.problem}: ${why}; what needs it is left out, and people are told`,
    }
  })
  return [{ text: `In ${where}:`, facts }]
}

function whatIsMeasured(uses: readonly CheckUse[], { checks }: Live): Point[] {
  if (checks.length === 0) return []
  const facts = checks.map(({ name, target, values, problem }): Fact => {
    if (values === null) return { label: name, text: `not measured: ${problem}` }
    const use = uses.find(candidate => candidate.name === name)?.uses ?? ''
    return {
      label: name,
      text: `${valuesInWords(inDefinedOrder(use, values)) || 'nothing'} (${target})`,
    }
  })
  return [{ text: 'Each check of triage:', facts }]
}

const impactInWords: Record<Impact, string> = {
  yes: 'Customers are affected',
  no: 'Customers are not affected',
  unknown: 'Nobody knows whether customers are affected, which counts as yes',
}

function howSevere({ severity, impact }: Live): Point[] {
  const { is, label, because } = severity
  const named = severityInWords(label === null ? { is } : { is, label })
  return [
    { text: `${named}.`, facts: [{ label: 'because', text: because }] },
    { text: `${impactInWords[impact.is]}.`, facts: [{ label: 'because', text: impact.because }] },
  ]
}

function whatWouldBeTried(runbook: Runbook, foresight: Live): Point[] {
  const { mitigate: steps } = runbook
  if (steps.length === 0) return [{ text: 'Nothing: people are called.' }]
  return steps.map((step, index): Point => {
    const foreseen = foresight.steps[index]
    if ('manual' in step) return task(`${index + 1}. ${step.id}: ${taskInWords(step)}`, step, foreseen)
    const what = `${index + 1}. ${step.id}: ${step.uses} on ${foreseen?.target ?? step.target}`
    if (foreseen?.plan !== undefined && foreseen.plan !== null)
      return {
        text: `${what}.`,
        facts: [...precheck(step), ...planned(foreseen.plan), ...takenBack(step, foreseen.plan, runbook)],
      }
    const why = foreseen?.because ?? 'nothing is known of it'
    return foreseen?.result === 'left-out'
      ? { text: `${what}: left out.`, facts: [{ label: 'because', text: why }] }
      : { text: `${what}: it could not be planned.`, facts: [{ label: 'because', text: why }] }
  })
}

function task(what: string, step: ManualStep, foreseen: LiveStep | undefined): Point {
  if (foreseen?.result !== 'left-out') return { text: `${what}.`, facts: precheck(step) }
  return { text: `${what}: left out.`, facts: [{ label: 'because', text: foreseen.because ?? '' }] }
}

function precheck({ precheck: look }: Pick<Step, 'precheck'>): Fact[] {
  return look === undefined || look.afterMs === 0
    ? []
    : [
        {
          label: 'first',
          text: `after ${durationInWords(look.afterMs)} ${look.check} is measured again; now it says go on`,
        },
      ]
}

function planned({ preview, atMost, risk, identity, autonomy, gate }: LivePlan): Fact[] {
  const { summary, examples } = preview
  const same = Object.entries(identity).map(([name, value]) => `${name} ${value}`)
  return [
    { label: 'does', text: summary },
    { label: 'touches', text: touches(preview, atMost) },
    ...(examples.length === 0 ? [] : [{ label: 'such as', text: examples.slice(0, 3).join(', ') }]),
    { label: 'target', text: same.join(' · ') || 'no identity' },
    { label: 'risk', text: risk },
    { label: 'allowed', text: allowedBy(autonomy, gate) },
  ]
}

function touches({ wouldTouch, unit }: LivePlan['preview'], atMost: number): string {
  return `${wouldTouch} ${unit} now, at most ${atMost.toLocaleString('en-GB')}`
}

/** The undo is planned as of now: its step is not done, so most often it finds nothing yet. */
function takenBack(step: Step, { undo: foreseen, autonomy }: LivePlan, runbook: Runbook): Fact[] {
  const facts = undoing({ ...step, undo: filledBy(foreseen, step.undo) }, followingOf(runbook))
  if (foreseen === undefined) return facts
  const { plan, problem } = foreseen
  if (plan === null) return [...facts, { label: 'undo now', text: `it could not be planned: ${problem}` }]
  const { preview, atMost, gate } = plan
  const finds =
    preview.wouldTouch === 0
      ? `before the step there is nothing to take back: ${preview.summary}`
      : `${preview.summary} (${touches(preview, atMost)})`
  const asks = isTakenBack(step) ? [{ label: 'undo asks', text: allowedBy(autonomy, gate) }] : []
  return [...facts, { label: 'undo now', text: finds }, ...asks]
}

function filledBy(foreseen: LivePlan['undo'], undo: Step['undo']): Step['undo'] {
  if (foreseen === undefined || 'none' in undo) return undo
  const { fromInputs: _fromInputs, ...written } = undo
  return { ...written, with: foreseen.parameters }
}

const whoAsks: Record<NonNullable<LivePlan['gate']>['because'], string> = {
  runbook: 'the runbook asks for it',
  autonomy: 'every step on this target is asked for',
  risk: 'it destroys data',
}

function allowedBy(autonomy: Autonomy, gate: LivePlan['gate']): string {
  if (autonomy === 'observe') return 'not at all: the target is only observed, so nothing would be changed'
  if (gate === null) return 'nobody is asked, it would run'
  const people = gate.quorum === 1 ? '1 person' : `${gate.quorum} different people`
  const expiry = `without an answer ${onExpiryInWords[gate.onExpiry]}`
  return `it would ask ${approversInWords({ ...gate, quorum: 1 })}: ${people}, within ${durationInWords(gate.expiresMs)} (${whoAsks[gate.because]}); ${expiry}`
}

function whoWouldBeCalled(runbook: Runbook, { calls }: Live): Point[] {
  const isCalled = (index: number): boolean => calls[index]?.isCalled !== false
  // What was measured has answered the conditions.
  const called = runbook.escalate
    .filter((_, index) => isCalled(index))
    .map(({ when: _when, ...level }) => level)
  const quiet = runbook.escalate.filter((_, index) => !isCalled(index))
  return [
    ...(called.length === 0 ? [] : whoIsCalled({ ...runbook, escalate: called })),
    ...quiet.map(({ when, ...level }) => ({
      text: `${sentence(timeOfLevel(level))}: nobody, because as it is now this does not hold`,
      condition: when ?? '',
    })),
  ]
}

function whatWasNotDone({ isFrozen }: ForesightReply): Point[] {
  const frozen = 'A freeze is on: until it is lifted no step changes anything.'
  return [
    ...(isFrozen ? [{ text: frozen }] : []),
    {
      text: 'Targets were measured and steps planned a moment ago, each as if none before it had helped. Nothing was claimed, called or changed; the audit log says that you asked.',
    },
  ]
}
