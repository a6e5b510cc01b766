/** What a condition sees at each place of a runbook, and what it may call, in words: for the reference. */
import { phases, severities } from '../contracts/incident.ts'
import type { conditionFunctions } from './condition-language.ts'
import { alertVariables, incidentVariables } from './conditions.ts'

/** Variables by the place of the condition; `[]` is each item of a list. lint-conditions.ts decides, a test compares. */
export const conditionPlaces: Record<string, readonly (keyof typeof conditionVariables)[]> = {
  match: ['alert'],
  'triage.severity[].when': ['checks', 'alert', 'inputs'],
  'triage.impact': ['checks', 'alert', 'inputs'],
  'mitigate[].when': ['checks', 'alert', 'inputs'],
  'mitigate[].precheck.when': ['value', 'inputs'],
  'mitigate[].verify.until': ['value', 'inputs'],
  'mitigate[].undo.verify.until': ['value', 'inputs'],
  'verify.until': ['checks', 'inputs'],
  'escalate[].when': ['incident'],
  'communication[].when': ['incident'],
}

/** Name, type and meaning of what a condition can ask. */
export const conditionVariables = {
  alert: [
    [
      'alert.labels',
      alertVariables.alert.labels,
      'The labels of the alert that opens the incident, text by name',
    ],
    ['alert.annotations', alertVariables.alert.annotations, 'Its annotations, text by name'],
  ],
  checks: [
    [
      'checks.<name>.<field>',
      'of the field',
      'What a check of triage measured; in the verification of the whole, only of the checks it lists',
    ],
  ],
  value: [['value.<field>', 'of the field', 'What the one check of this verification measured']],
  inputs: [
    [
      'inputs.<name>',
      'of the input',
      'An input of the runbook; of a duration `inputs.<name>.seconds` (double) and `inputs.<name>.milliseconds` (int)',
    ],
  ],
  incident: [
    [
      'incident.impact',
      incidentVariables.incident.impact,
      'Are customers affected? True for yes and for unknown',
    ],
    [
      'incident.severity',
      incidentVariables.incident.severity,
      `One of ${severities.join(', ')}, the worst first`,
    ],
    ['incident.phase', incidentVariables.incident.phase, `One of ${phases.join(', ')}`],
  ],
} as const

type ConditionFunction = (typeof conditionFunctions)[number]

/** A condition with each function, and what the function answers. */
export const functionWords: Record<ConditionFunction, readonly [string, string]> = {
  all: ['checks.edges.all(one, one.used_ratio < 0.7)', 'Does the condition hold for every item?'],
  contains: ['alert.labels.instance.contains("db")', 'Is this somewhere in the text?'],
  double: [
    'double(checks.pool.idle) / 20.0 > 0.5',
    'The number, to calculate with those that have a fraction',
  ],
  endsWith: ['alert.labels.instance.endsWith(":9100")', 'Does the text end so?'],
  exists: ['checks.edges.exists(one, one.used_ratio > 0.9)', 'Does the condition hold for an item?'],
  filter: [
    'checks.edges.filter(one, one.answered && one.active > 5).size() >= 2',
    'Those for which the condition holds; counted by `size()`',
  ],
  has: ['has(alert.labels.team)', 'Is there a value: was it measured, is there such a label?'],
  int: ['int(checks.pool.used_ratio * 100.0) == 99', 'The number without its fraction'],
  lowerAscii: ['alert.labels.team.lowerAscii() == "web"', 'The text with a to z for A to Z'],
  map: ['max(checks.edges.map(one, one.active)) > 100', 'A number of each, for max, min and sum'],
  max: ['max(checks.edges.map(one, one.used_ratio)) > 0.9', 'The greatest number; of none there is no data'],
  min: ['min(checks.edges.map(one, one.idle)) < 2', 'The least number; of none there is no data'],
  size: ['size(alert.labels.team) > 3', 'How many characters, items or entries there are'],
  startsWith: ['alert.labels.instance.startsWith("db")', 'Does the text begin so?'],
  string: ['string(checks.pool.idle) == alert.labels.idle', 'The value as text'],
  sum: ['sum(checks.edges.map(one, one.active)) > 1000', 'All of them together; of none there is no data'],
  trim: ['alert.labels.team.trim() == "web"', 'The text without the blanks around it'],
  upperAscii: ['alert.labels.team.upperAscii() == "WEB"', 'The text with A to Z for a to z'],
}
