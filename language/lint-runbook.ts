/**
 * What a runbook's shape cannot say: names that must exist, kinds that must fit, orders, conditions. Reads the tree as it
 * was written and skips what the schema refuses anyway, so that one pass reports everything.
 */
import { defaultRunbookName } from './choose-runbook.ts'
import { coded, type CodedFinding, type Finding } from './fault.ts'
import { lintCommunication } from './lint-communication.ts'
import { conditionsIn, lintConditions } from './lint-conditions.ts'
import { lintEscalation } from './lint-escalation.ts'
import { lintInputs } from './lint-inputs.ts'
import { lintLasting } from './lint-lasting.ts'
import { lintManual } from './lint-manual.ts'
import { lintOfficeHours } from './lint-office-hours.ts'
import { lintReach } from './lint-reach.ts'
import { lintRepeatedWords } from './lint-repeated-words.ts'
import { lintSchedule } from './lint-schedule.ts'
import { lintUses } from './lint-uses.ts'
import { lintSilence } from './lint-silence.ts'
import { lintSteadiness } from './lint-steadiness.ts'
import { lintTexts } from './lint-texts.ts'
import { lintUndo } from './lint-undo.ts'
import { nameHint } from './nearest-name.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintRunbook(tree: unknown): CodedFinding[] {
  const conditions = conditionsIn(tree)
  return [
    ...coded('shape', [...lintTexts(tree), ...lintManual(tree)]),
    ...coded('match', lintMatch(tree)),
    ...coded('input', lintInputs(tree, conditions)),
    ...coded('schedule', lintSchedule(tree)),
    ...coded('uses', lintUses(tree)),
    ...coded('undo', lintUndo(tree)),
    ...coded('severity', [...lintSeverityRules(tree), ...lintLasting(tree)]),
    ...coded('name', [...lintStepIds(tree), ...lintRepeatedWords(tree)]),
    ...coded('verification', [...lintCheckNames(tree), ...lintSteadiness(tree)]),
    ...coded('condition', lintConditions(conditions)),
    ...coded('reach', [...lintReach(tree, conditions), ...lintSilence(tree, conditions)]),
    ...coded('escalation', [...lintOfficeHours(tree), ...lintEscalation(tree, conditions)]),
    ...coded('communication', lintCommunication(tree, conditions)),
  ]
}

/** A runbook that nobody wrote a `match` for would silently never run. */
function lintMatch(tree: unknown): Finding[] {
  const name = valueAt(tree, ['metadata', 'name'])
  const hasMatch = valueAt(tree, ['match']) !== undefined
  if (valueAt(tree, ['schedule']) !== undefined) return []
  if (typeof name !== 'string' || hasMatch === (name !== defaultRunbookName)) return []
  if (hasMatch) {
    return [
      {
        path: ['match'],
        at: 'key',
        message: 'the runbook named `default` has no `match`: it is chosen when no other matches',
      },
    ]
  }
  const hint = 'add for example: match: alert.labels.alertname == "..."; or `schedule`, for a routine'
  return [
    {
      path: ['metadata', 'name'],
      message: '`match` or `schedule` is required: without one the runbook never runs',
      hint,
    },
  ]
}

function lintSeverityRules(tree: unknown): Finding[] {
  const rules = listAt(tree, ['triage', 'severity'])
  return rules.flatMap((rule, index): Finding[] => {
    const path = ['triage', 'severity', index]
    const hasWhen = valueAt(rule, ['when']) !== undefined
    const isLast = index === rules.length - 1
    if (isLast && hasWhen) {
      return [
        {
          path: [...path, 'when'],
          at: 'key',
          message: 'the last severity rule has no `when`: it holds when none before did',
        },
      ]
    }
    if (isLast || hasWhen) return []
    return [
      {
        path,
        message: 'only the last severity rule may have no `when`: the rules after it would never be reached',
      },
    ]
  })
}

function lintStepIds(tree: unknown): Finding[] {
  const ids = listAt(tree, ['mitigate']).map(step => valueAt(step, ['id']))
  return ids.flatMap((id, index) => {
    const isRepeated = typeof id === 'string' && ids.indexOf(id) < index
    return isRepeated ? [{ path: ['mitigate', index, 'id'], message: `step \`${id}\` is named twice` }] : []
  })
}

/** Verifications measure the checks of triage, by their names. */
function lintCheckNames(tree: unknown): Finding[] {
  const known = entriesOf(valueAt(tree, ['triage', 'checks'])).map(([name]) => name)
  const ofSteps = listAt(tree, ['mitigate']).flatMap((_, index) => [
    ['mitigate', index, 'precheck', 'check'],
    ['mitigate', index, 'verify', 'check'],
    ['mitigate', index, 'undo', 'verify', 'check'],
  ])
  const overall = listAt(tree, ['verify', 'checks']).map((_, index) => ['verify', 'checks', index])
  return [...ofSteps, ...overall].flatMap(path => {
    const name = valueAt(tree, path)
    if (typeof name !== 'string' || known.includes(name)) return []
    return [{ path, message: `triage has no check \`${name}\``, hint: nameHint(name, known) }]
  })
}
