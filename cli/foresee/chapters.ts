import { limits } from '../../contracts/limits.ts'
import type { Autonomy } from '../../contracts/incident.ts'
import type { Binding } from '../../contracts/runbook.ts'
import type { ResolvedInput } from '../../contracts/runbook-input.ts'
import type { Chapter, Fact, Point } from '../explain/chapter.ts'
import { whoIsTold } from '../explain/communication.ts'
import { whoIsCalled } from '../explain/escalation.ts'
import { undoing } from '../explain/steps.ts'
import { counted, listed, shortHash } from '../narrate/narration.ts'
import { resolvedInWords } from '../runbook/input-words.ts'
import {
  approversInWords,
  everyInWords,
  followingInLadder,
  lastingInWords,
  severityInWords,
  taskInWords,
} from '../runbook/words.ts'
import type { Foreseen, Judged } from './foresee.ts'

/** What would become of an alert, in the form in which runbooks are explained. */
export function chaptersOfForeseen(foreseen: Foreseen): Chapter[] {
  const { calls, told } = foreseen
  const chapters = [
    { title: 'Which runbook', points: whichRunbook(foreseen) },
    { title: 'On what', points: onWhat(foreseen) },
    {
      title: 'What it would be given',
      points: [...whatIsGiven(foreseen.inputs), ...whatHasNoData(foreseen)],
    },
    { title: 'How severe it would be', points: howSevere(foreseen) },
    { title: 'What would be tried', points: whatWouldBeTried(foreseen) },
    { title: 'Who would be called', points: calls.length === 0 ? [] : whoIsCalled({ escalate: calls }) },
    { title: 'Who would be told', points: whoIsTold(told) },
    { title: 'What was not done', points: [{ text: notDone }] },
  ]
  return chapters.filter(({ points }) => points.length > 0)
}

const notDone =
  'Nothing was measured, planned, called or changed: this is what the alert and the files alone say. What a step would do exactly is known only when its target has been asked.'

export function whichRunbook({
  runbook,
  others,
}: {
  runbook: Foreseen['runbook']
  others: readonly string[]
}): Point[] {
  if (runbook === null)
    return [
      { text: 'None: no runbook matches and there is no default one, so the alert waits until there is.' },
    ]
  const { name, title, file, hash, isDefault } = runbook
  const why = isDefault ? ' No other matches.' : ''
  const text = `${name}: ${title} (version ${shortHash(hash)}, ${file}).${why}`
  if (others.length === 0) return [{ text }]
  const more = `${listed(others)} ${others.length === 1 ? 'matches' : 'match'} as well and ${others.length === 1 ? 'is' : 'are'} not chosen.`
  return [{ text }, { text: more }]
}

const autonomyInWords: Record<Autonomy, string> = {
  observe: 'it is only observed: steps are planned and nothing is changed',
  propose: 'every step on it has to be approved',
  auto: 'steps run as the runbook says',
}

function onWhat({ runbook, bindings, unmeasured, place }: Foreseen): Point[] {
  if (runbook === null) return []
  const where = `${place.system}/${place.environment}`
  if (bindings === null)
    return [
      { text: `In ${where}. Which targets that means is in a configuration; none was given (--config).` },
    ]
  if (bindings.length === 0) return [{ text: `In ${where}, on nothing: it measures and changes nothing.` }]
  const facts = bindings.map((binding): Fact => {
    const { role, kind } = binding
    if ('target' in binding) {
      const site = binding.site === undefined ? '' : `, at ${binding.site}`
      return {
        label: role,
        text: `${binding.target} (${kind}${site}); ${autonomyInWords[binding.autonomy ?? 'observe']}`,
      }
    }
    if ('members' in binding) return { label: role, text: groupInWords(binding) }
    const why = whyNoTarget(binding)
    return { label: role, text: `${binding.problem}: ${why}; what needs it is left out, and people are told` }
  })
  const lost =
    unmeasured.length === 0
      ? []
      : [{ text: `Without their targets these give no data: ${listed(unmeasured)}.` }]
  return [{ text: `In ${where}:`, facts }, ...lost]
}

/** `3 services, each measured: edge-1, edge-2 and edge-3`. */
export function groupInWords({ kind, members }: Extract<Binding, { members: unknown }>): string {
  const names = members.map(({ target }) => target)
  return `${counted(names.length, kind)}, each measured: ${listed(names)}`
}

export function whyNoTarget({ kind, problem, candidates }: Extract<Binding, { problem: unknown }>): string {
  const why = {
    unbound: `no ${kind} has this role there`,
    ambiguous: `${listed(candidates)} all have this role`,
    'too many': `more than ${limits.targetsPerRole} have this role`,
  }
  return why[problem]
}

export function whatIsGiven(inputs: readonly ResolvedInput[]): Point[] {
  if (inputs.length === 0) return []
  const facts = inputs.map(input => ({ label: input.name, text: resolvedInWords(input) }))
  return [{ text: 'Its inputs:', facts }]
}

function whatHasNoData({ unfilled }: Foreseen): Point[] {
  if (unfilled.length === 0) return []
  return [{ text: `Without a value of theirs these give no data: ${listed(unfilled)}.` }]
}

/** Rules behind one that holds for certain are never asked. */
function howSevere({ severity, impact, recheckMs }: Foreseen): Point[] {
  const decided = severity.findIndex(({ holds }) => holds === true)
  const asked = severity.slice(0, decided + 1).filter(({ holds }) => holds !== false)
  const points = asked.map((rule): Point => {
    const told = severityInWords(rule)
    if (rule.holds === true) return { text: asked.length === 1 ? `${told}.` : `Otherwise ${told}.` }
    return unknown(`${told}, if${lastingInWords(rule)}`, rule)
  })
  return [...points, ...(impact === null ? [] : [customers(impact)]), ...lookedAtAgain(recheckMs)]
}

function lookedAtAgain(recheckMs: number | undefined): Point[] {
  if (recheckMs === undefined) return []
  const often = everyInWords(recheckMs)
  return [{ text: `Measured again ${often} while the incident is open; both rise when it has become worse.` }]
}

function customers(impact: Judged): Point {
  if (impact.holds === 'not known yet') return unknown('Customers are affected, if', impact)
  return { text: `Customers are ${impact.holds ? '' : 'not '}affected: the alert itself says so.` }
}

function whatWouldBeTried(foreseen: Foreseen): Point[] {
  const { runbook, steps, bindings } = foreseen
  if (runbook === null) return []
  if (steps.length === 0) return [{ text: 'Nothing: people are called.' }]
  return steps.map((step, index): Point => {
    const { holds } = step
    const what = `${index + 1}. ${stepInWords(step)}`
    if (step.unknown !== undefined)
      return { text: `${what}: left out.`, facts: [{ label: 'because', text: step.unknown }] }
    const target = 'target' in step ? step.target : undefined
    const problem = bindings?.find(({ role }) => role === target)
    if (problem !== undefined && 'problem' in problem)
      return { text: `${what}: left out, because ${target} is ${problem.problem}.` }
    if (holds === false)
      return { text: `${what}: left out, because this does not hold`, condition: step.when ?? '' }
    const facts = 'manual' in step ? [] : undoing(step, followingInLadder)
    if (holds === true) return { text: `${what}.`, facts }
    const open = unknown(`${what}, if`, step)
    return { ...open, facts: [...(open.facts ?? []), ...facts] }
  })
}

function stepInWords(step: Foreseen['steps'][number]): string {
  if ('manual' in step) return `${step.id}: ${taskInWords(step)}`
  const asked = step.gate === undefined ? '' : `, approved by ${approversInWords(step.gate)}`
  return `${step.id}: ${step.uses} on ${step.target}${asked}`
}

function unknown(text: string, { when, noData }: Judged): Point {
  return {
    text,
    condition: when ?? '',
    ...(noData === undefined ? {} : { facts: [{ label: 'to measure', text: noData }] }),
  }
}
