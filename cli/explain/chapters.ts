/** A runbook as one person tells it to another, chapter by chapter. */
import { durationInWords } from '../../contracts/duration-words.ts'
import type { RunbookInput } from '../../contracts/runbook-input.ts'
import { type CheckUse, roleOf, type Runbook } from '../../contracts/runbook.ts'
import { checkDefinitions } from '../../contracts/targets/catalogue.ts'
import { defaultRunbookName } from '../../language/choose-runbook.ts'
import { listed } from '../narrate/narration.ts'
import { inputInWords } from '../runbook/input-words.ts'
import { roleInWords } from '../runbook/role-words.ts'
import {
  everyInWords,
  fromMildest,
  lastingInWords,
  parametersOf,
  scheduleInWords,
  severityInWords,
  steadinessInWords,
} from '../runbook/words.ts'
import type { Chapter, Point } from './chapter.ts'
import { whoIsTold } from './communication.ts'
import { whoIsCalled } from './escalation.ts'
import { whatIsTried } from './steps.ts'

export function chaptersOf(runbook: Runbook): Chapter[] {
  return Object.values(tellers)
    .flatMap(tell => tell(runbook))
    .filter(({ points }) => points.length > 0)
}

/** Every key of a runbook, so that a new one cannot be left out by accident; in the order of telling. */
const tellers: { [K in keyof Required<Runbook>]: (runbook: Runbook) => Chapter[] } = {
  // The heading says these.
  name: () => [],
  title: () => [],
  owner: () => [],
  source: () => [],
  description: ({ description }) => [{ title: 'What it is for', points: purpose(description) }],
  // Said with the alerts.
  priority: () => [],
  match: runbook =>
    runbook.schedule === undefined ? [{ title: 'For which alerts', points: whichAlerts(runbook) }] : [],
  schedule: runbook => [{ title: 'When it runs', points: whenItRuns(runbook) }],
  targets: ({ targets, schedule }) => [{ title: 'On what', points: onWhat(targets, schedule) }],
  inputs: ({ inputs = [], schedule }) => [
    { title: 'What it is given', points: whatItIsGiven(inputs, schedule) },
  ],
  triage: ({ triage, schedule }) => [
    { title: 'What is looked at', points: whatIsLookedAt(triage, schedule !== undefined) },
    { title: 'How severe it is', points: howSevere(triage) },
  ],
  mitigate: runbook => [{ title: 'What is tried', points: whatIsTried(runbook) }],
  verify: ({ verify, mitigate, schedule }) => [
    { title: 'How success is proved', points: proof(verify, mitigate, schedule) },
  ],
  // No alert can come back to a routine: it is over when it is proved.
  holdMs: ({ holdMs, schedule }) =>
    schedule === undefined ? [{ title: 'When it is over', points: end(holdMs) }] : [],
  // Said with who is called.
  officeHours: () => [],
  escalate: runbook => [{ title: 'Who is called', points: whoIsCalled(runbook) }],
  communication: ({ communication = [] }) => [{ title: 'Who is told', points: whoIsTold(communication) }],
  postmortem: ({ postmortem, schedule }) => [
    { title: 'Afterwards', points: afterwards(postmortem, schedule !== undefined) },
  ],
}

function purpose(description: Runbook['description']): Point[] {
  if (description === undefined) return []
  const { what, whenToUse, whenNotToUse } = description
  return [
    { text: what },
    ...(whenToUse === undefined ? [] : [{ text: `Right when: ${whenToUse}` }]),
    ...(whenNotToUse === undefined ? [] : [{ text: `Wrong when: ${whenNotToUse}` }]),
  ]
}

function whichAlerts({ name, match, priority }: Runbook): Point[] {
  if (match !== undefined) {
    const text = 'It is chosen for an alert of which this holds:'
    const before = 'Where another runbook is meant for the alert too, the higher priority goes first;'
    const rank = priority === undefined ? [] : [{ text: `${before} this one has ${priority}, most have 0.` }]
    return [{ text, condition: match }, ...rank]
  }
  const text =
    name === defaultRunbookName
      ? 'It is chosen for every alert that no other runbook is meant for.'
      : 'It is never chosen: it says of no alert that it is meant for it.'
  return [{ text }]
}

function whenItRuns({ schedule, mitigate }: Runbook): Point[] {
  if (schedule === undefined) return []
  const { system, environment } = schedule
  const text = scheduleInWords(schedule)
  return [
    { text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}, in ${system}/${environment}.` },
    {
      text: 'A run that could not begin by then is missed, and that is told; after it no further step begins. While the run before it is open, it is missed too.',
    },
    { text: whoIsNeeded(mitigate) },
  ]
}

function whoIsNeeded(steps: Runbook['mitigate']): string {
  const asking = steps.filter(step => 'manual' in step || step.gate !== undefined).map(({ id }) => id)
  if (asking.length === 0) return 'Nobody is called while it goes well.'
  return `Nobody is called before ${asking[0]}, which asks for a person; then the escalation begins, also when all goes well.`
}

function onWhat(targets: Runbook['targets'], schedule: Runbook['schedule']): Point[] {
  const roles = Object.entries(targets).map(([role, written]) => ({
    label: role,
    text: roleInWords(written),
  }))
  if (roles.length === 0) return [{ text: 'On nothing: it measures and changes nothing.' }]
  const isForMany = Object.values(targets).some(written => roleOf(written).many === true)
  const many = isForMany ? ', or every one where it says so' : ''
  const place =
    schedule === undefined
      ? 'in the system and environment of the alert'
      : `in ${schedule.system}/${schedule.environment}`
  const text = `Each of these is the one target with that role and kind ${place}${many}; what needs one that is missing, or there twice${isForMany ? ' where one is meant' : ''}, is left out.`
  return [{ text, facts: roles }]
}

function whatItIsGiven(inputs: readonly RunbookInput[], schedule: Runbook['schedule']): Point[] {
  if (inputs.length === 0) return []
  const text =
    schedule === undefined
      ? 'Decided once, when the incident opens, and the same from then on. What the alert says is held against these bounds, and told when it is refused.'
      : 'The same in every run, unless a person who starts one says another value; it is held against these bounds.'
  const facts = inputs.map(input => ({
    label: input.name,
    text: `${input.describe}: ${inputInWords(input)}`,
  }))
  return [{ text, facts }]
}

function whatIsLookedAt({ checks, recheckMs }: Runbook['triage'], isRoutine: boolean): Point[] {
  if (checks.length === 0) return [{ text: 'Nothing is measured.' }]
  const facts = checks.map(check => ({ label: check.name, text: measured(check) }))
  const again =
    recheckMs === undefined
      ? []
      : [
          {
            text: `While the incident is open it is measured again ${everyInWords(recheckMs)}: severity and impact rise when it has become worse, and never fall by it.${isRoutine ? ' People are called then.' : ''}`,
          },
        ]
  return [{ text: 'All of this at the same time; nothing is changed by it.', facts }, ...again]
}

function measured(check: CheckUse): string {
  const { uses, target, timeoutMs } = check
  const given = parametersOf(uses, check)
  return [
    `${checkDefinitions[uses].describe}, on ${target} (${uses})`,
    ...(given === '' ? [] : [given]),
    `given up after ${durationInWords(timeoutMs)}`,
  ].join('; ')
}

function howSevere({ severity, impact }: Runbook['triage']): Point[] {
  const rules = severity.map((rule, index): Point => {
    const told = severityInWords(rule)
    if (rule.when === undefined)
      return { text: index === 0 ? `${told}, whatever was measured.` : `Otherwise ${told}.` }
    const when = `${told} when${lastingInWords(rule)}`
    return { text: `${index === 0 ? '' : 'Otherwise '}${when}`, condition: rule.when }
  })
  if (impact === undefined)
    return [
      ...rules,
      { text: 'Nothing says whether customers are affected; that is unknown, which counts as yes.' },
    ]
  const text = 'Customers are affected (without data that is unknown, which counts as yes) when'
  return [...rules, { text, condition: impact }]
}

function proof(
  verify: Runbook['verify'],
  mitigate: Runbook['mitigate'],
  schedule: Runbook['schedule'],
): Point[] {
  if (schedule !== undefined) return proofOfRoutine(verify)
  if (verify === undefined)
    return [{ text: 'By its alerts alone: it counts as recovered when every one of them has resolved.' }]
  const occasion =
    mitigate.length === 0 ? 'When the alerts resolve' : 'When a step has helped, or the alerts resolve'
  return [
    {
      text: `${occasion}, ${listed(verify.checks)} ${verify.checks.length === 1 ? 'is' : 'are'} measured ${steadinessInWords(verify)}:`,
      condition: verify.until,
    },
    { text: 'What cannot be measured is not proved. Without proof the next step is tried.' },
  ]
}

function proofOfRoutine(verify: Runbook['verify']): Point[] {
  if (verify === undefined) return [{ text: 'By its steps alone: it is over when every one was taken.' }]
  const measured = `${listed(verify.checks)} ${verify.checks.length === 1 ? 'is' : 'are'} measured`
  return [
    { text: `At the end ${measured} ${steadinessInWords(verify)}:`, condition: verify.until },
    {
      text: 'Then it is over. What cannot be measured is not proved: people are called, and it is measured again every five minutes.',
    },
  ]
}

function end(holdMs: number): Point[] {
  const lasted =
    holdMs === 0 ? 'As soon as it is recovered' : `When the recovery has lasted ${durationInWords(holdMs)}`
  return [
    {
      text: `${lasted} and no alert fires any more. Meanwhile nobody is called; an alert that comes back leads to the next step.`,
    },
  ]
}

function afterwards(postmortem: Runbook['postmortem'], isRoutine: boolean): Point[] {
  if (postmortem === undefined) return [{ text: 'No post-mortem is asked for.' }]
  const { for: severities, dueMs } = postmortem
  return [
    {
      text: `A post-mortem is due ${durationInWords(dueMs)} after the end, when it was ${fromMildest(severities)}${isRoutine ? ' and people were needed' : ''}.`,
    },
  ]
}
