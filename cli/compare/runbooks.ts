/** What changes from one version of a runbook to another, said so that a reviewer sees what it means. */
import { type Runbook, stepsInFull } from '../../contracts/runbook.ts'
import { timesInWords } from '../runbook/cron-words.ts'
import { roleInWords } from '../runbook/role-words.ts'
import { fromMildest, officeHoursInWords, scheduleInWords } from '../runbook/words.ts'
import { change, changedCondition, changedSet, changedTime, changedWords, type Change } from './change.ts'
import { comparedCommunication } from './communication.ts'
import { comparedInputs } from './inputs.ts'
import { comparedLevels } from './levels.ts'
import { comparedProof } from './steadiness.ts'
import { comparedSteps } from './steps.ts'
import { comparedTriage } from './triage.ts'

/** Nothing when only comments, the order of keys or defaults that are spelt out differ. */
export function compareRunbooks(before: Runbook, after: Runbook): Change[] {
  return Object.values(comparers).flatMap(compare => compare(before, after))
}

type Compare = (before: Runbook, after: Runbook) => Change[]

/** Every key of a runbook, so that a new one cannot be left out by accident. */
const comparers: { [K in keyof Required<Runbook>]: Compare } = {
  name: (before, after) => changedWords('words', 'The name', before.name, after.name),
  title: (before, after) => changedWords('words', 'The title', before.title, after.title),
  owner: (before, after) => changedWords('words', 'The owner', before.owner, after.owner),
  source: (before, after) => changedWords('words', 'The source', before.source, after.source),
  description: comparedDescription,
  match: comparedMatch,
  schedule: comparedSchedule,
  priority: ({ priority: before = 0 }, { priority: after = 0 }) =>
    before === after ? [] : [change('alerts', 'changes', `Its priority is ${after} instead of ${before}`)],
  targets: comparedTargets,
  inputs: comparedInputs,
  triage: (before, after) => comparedTriage(before.triage, after.triage),
  mitigate: (before, after) => comparedSteps(inFull(before), inFull(after)),
  verify: (before, after) => comparedProof(before.verify, after.verify),
  holdMs: (before, after) =>
    changedTime('end', 'A recovery has to last', [before.holdMs, after.holdMs], {
      more: 'tightens',
      less: 'loosens',
    }),
  officeHours: (before, after) => comparedHours(before.officeHours, after.officeHours),
  escalate: (before, after) => comparedLevels(before.escalate, after.escalate),
  communication: (before, after) => comparedCommunication(before.communication, after.communication),
  postmortem: comparedPostmortem,
}

function comparedHours(before: Runbook['officeHours'], after: Runbook['officeHours']): Change[] {
  const told = (hours: Runbook['officeHours']): string =>
    hours === undefined ? 'not said' : officeHoursInWords(hours)
  if (told(before) === told(after)) return []
  return [change('calls', 'changes', `Office hours are ${told(after)} instead of ${told(before)}`)]
}

function comparedDescription({ description: before }: Runbook, { description: after }: Runbook): Change[] {
  return [
    ...changedWords('words', 'What it is for', before?.what, after?.what),
    ...changedWords('words', 'When it is right', before?.whenToUse, after?.whenToUse),
    ...changedWords('words', 'When it is wrong', before?.whenNotToUse, after?.whenNotToUse),
  ]
}

/** Without a `match` a runbook is the default one, or none: that is no condition that always holds. */
function comparedMatch({ match: before }: Runbook, { match: after }: Runbook): Change[] {
  if (before === undefined && after !== undefined)
    return [{ ...change('alerts', 'changes', 'It is chosen for alerts of its own'), after }]
  if (before !== undefined && after === undefined)
    return [{ ...change('alerts', 'changes', 'It is chosen where no other runbook is'), before }]
  return changedCondition('alerts', 'The match', [before, after], {
    more: 'loosens',
    less: 'changes',
  })
}

/** `window` is how long something may happen by itself. */
function comparedSchedule({ schedule: before }: Runbook, { schedule: after }: Runbook): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [change('alerts', 'loosens', `It runs by itself ${scheduleInWords(after!)}`)]
  if (after === undefined)
    return [
      change('alerts', 'changes', `It does not run by itself any more, before ${scheduleInWords(before)}`),
    ]
  const times = ({ cron, zone }: typeof after): string => `${timesInWords(cron)}, ${zone}`
  const place = ({ system, environment }: typeof after): string => `${system}/${environment}`
  return [
    ...(times(before) === times(after)
      ? []
      : [change('alerts', 'changes', `It runs ${times(after)} instead of ${times(before)}`)]),
    ...changedTime('alerts', 'It begins steps until', [before.windowMs, after.windowMs], {
      more: 'loosens',
      less: 'tightens',
    }),
    ...(place(before) === place(after)
      ? []
      : [change('targets', 'changes', `It works in ${place(after)} instead of ${place(before)}`)]),
  ]
}

/** With what follows a failed step said: a default of a routine is another one than that of a ladder. */
function inFull(runbook: Runbook): Runbook {
  return { ...runbook, mitigate: stepsInFull(runbook) }
}

function comparedTargets({ targets: before }: Runbook, { targets: after }: Runbook): Change[] {
  const roles = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...roles].flatMap(role => {
    const [was, is] = [before, after].map(roles => roles[role] && roleInWords(roles[role]))
    if (was === is) return []
    if (was === undefined) return [change('targets', 'changes', `New role ${role}, of kind ${is}`)]
    if (is === undefined) return [change('targets', 'changes', `The role ${role}, of kind ${was}, is gone`)]
    return [change('targets', 'changes', `${role} is of kind ${is} instead of ${was}`)]
  })
}

function comparedPostmortem({ postmortem: before }: Runbook, { postmortem: after }: Runbook): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined)
    return [change('postmortem', 'tightens', `A post-mortem is asked for, of ${fromMildest(after!.for)}`)]
  if (after === undefined) return [change('postmortem', 'loosens', 'No post-mortem is asked for any more')]
  return [
    ...changedSet('postmortem', 'A post-mortem is asked for of', [before.for, after.for], {
      more: 'tightens',
      less: 'loosens',
    }),
    ...changedTime('postmortem', 'A post-mortem is due after', [before.dueMs, after.dueMs], {
      more: 'loosens',
      less: 'tightens',
    }),
  ]
}
