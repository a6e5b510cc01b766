/** The start of a runbook, as YAML with comments. What comes from the alert is text in it, whatever it says. */
import type { IncomingAlert } from '../../contracts/alert.ts'
import { inertLine } from '../../contracts/inert-text.ts'
import type { Severity } from '../../contracts/incident.ts'
import { defaultRunbookName } from '../../language/choose-runbook.ts'
import { partsOf, type Part } from './kinds.ts'
import { celText, yamlComment, yamlCondition, yamlName, yamlText } from './quoting.ts'
import type { Roles } from './roles.ts'

/** The alert must have an `alertname`. */
export function draftRunbook(alert: IncomingAlert, roles: Roles): string {
  const parts = partsOf(roles.roles)
  const lines = [
    yamlComment(`Begun from the alert ${alert.name}. What only you know is marked TODO.`),
    '# How it reads: npx paramedic runbook explain FILE. What is wrong with it: npx paramedic runbook lint FILE.',
    ...head(alert),
    ...onWhat(roles),
    ...whichAlerts(alert),
    ...triage(alert, parts),
    ...mitigation(parts),
    ...proof(parts),
    ...people,
  ]
  return `${lines.join('\n')}\n`
}

function head({ name, labels, annotations }: IncomingAlert): string[] {
  const { summary, description, runbook_url: source } = annotations
  const title = line(summary, 200) || line(name, 200) || 'An alert'
  const what = line(description, 400) || line(summary, 400) || title
  return [
    'apiVersion: paramedic/v1',
    'kind: Runbook',
    'metadata:',
    `  name: ${yamlName(nameFrom(name))}`,
    `  title: ${yamlText(title)} # TODO: without the numbers of this one alert`,
    `  owner: ${ownerFrom(labels['team'])} # TODO: the team that owns it`,
    ...(line(source, 400) === '' ? [] : [`  source: ${yamlText(line(source, 400))}`]),
    'description:',
    `  what: ${yamlText(what)}`,
    '  # when_to_use: TODO',
    '  # when_not_to_use: TODO',
  ]
}

/** `ShopDatabasePoolExhausted` is shop-database-pool-exhausted. */
function nameFrom(alertname: string): string {
  const words = alertname
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  if (words === '') return 'new-runbook'
  return words === defaultRunbookName ? `${words}-alert` : words
}

/** The shipped runbooks belong to `platform`. */
function ownerFrom(team: string | undefined): string {
  return team !== undefined && /^[a-z][a-z0-9-]{0,62}$/.test(team) ? yamlName(team) : 'platform'
}

function onWhat({ roles, because }: Roles): string[] {
  return [
    '',
    '# Role: kind. An incident binds each to the one target with that role and kind in the system and environment of its alert.',
    yamlComment(`${because}.`),
    'targets:',
    ...roles.map(({ name, kind }) => `  ${yamlName(name)}: ${kind}`),
  ]
}

/** Labels that say what an alert is about; others say where it was seen, or how bad it is. */
const identifying = ['system', 'service']
/** A longer one is no name, and a condition may only be so long. */
const longestIdentity = 200

function whichAlerts({ labels }: IncomingAlert): string[] {
  const isNaming = (label: string): boolean => {
    const { length } = labels[label] ?? ''
    return length > 0 && length <= longestIdentity
  }
  const named = ['alertname', ...identifying.filter(isNaming)]
  const conditions = named.map(label => `alert.labels.${label} == ${celText(labels[label] ?? '')}`)
  const others = Object.entries(labels).filter(([label]) => !named.includes(label))
  const told = others.map(([label, value]) => `${label}=${inertLine(value, 60)}`).join(', ')
  return [
    '',
    '# Chosen for an alert of which this holds. The environment is left to the binding of the targets.',
    ...(told === '' ? [] : [yamlComment(`Its other labels were ${told}`)]),
    `match: ${yamlCondition(conditions.join(' && '))}`,
  ]
}

function triage({ labels }: IncomingAlert, parts: readonly Part[]): string[] {
  const down = parts.flatMap(({ isDown }) => isDown ?? [])
  const unwell = parts.flatMap(({ isUnwell }) => isUnwell ?? [])
  const otherwise = severityFrom(labels['severity'])
  const isEmpty = parts.every(({ check }) => check.startsWith('#'))
  return [
    '',
    'triage:',
    '  # Measured all at once, changing nothing. TODO: what a person would look at first.',
    ...(isEmpty ? ['  checks: {}'] : ['  checks:']),
    ...parts.map(({ check }) => `    ${check}`),
    '  # The first that holds; only the last has no `when`. TODO: the words and limits of your team.',
    '  severity:',
    ...(down.length === 0
      ? []
      : [`    - { is: SEV1, label: Critical, when: ${yamlCondition(down.join(' || '))} }`]),
    `    - { is: ${otherwise}, label: ${usualLabels[otherwise]} }`,
    '  # Are customers affected? Without data that is unknown, which counts as yes.',
    unwell.length === 0 ? '  # impact: TODO' : `  impact: ${yamlCondition(unwell.join(' || '))}`,
  ]
}

const usualLabels: Record<Severity, string> = { SEV1: 'Critical', SEV2: 'High', SEV3: 'Medium', SEV4: 'Low' }

/** What senders call it; a word we do not know is taken seriously. */
function severityFrom(word: string | undefined): Severity {
  if (/^(warn|warning|medium|minor|p3)$/i.test(word ?? '')) return 'SEV3'
  return /^(info|informational|low|none|p4)$/i.test(word ?? '') ? 'SEV4' : 'SEV2'
}

function mitigation(parts: readonly Part[]): string[] {
  const steps = parts.flatMap(({ step }) => step ?? [])
  return [
    '',
    '# Observe first: as it is, nothing is changed, and people are called with what was measured. Then add steps, the gentlest',
    '# first, while the targets are in `autonomy: observe`: timelines show what would have been done. A step keeps its gate until',
    '# the team trusts it.',
    ...(steps.length === 0 ? [] : ['# mitigate:', ...steps.map(line => `#   ${line}`)]),
  ]
}

function proof(parts: readonly Part[]): string[] {
  const well = parts.filter(({ isWell }) => isWell !== undefined)
  const names = well.map(({ check }) => check.slice(0, check.indexOf(':')))
  if (well.length === 0)
    return [
      '',
      '# Without a `verify` it counts as recovered when the alerts have resolved. TODO: measure it.',
    ]
  const until = yamlCondition(well.map(({ isWell }) => isWell).join(' && '))
  return [
    '',
    '# The proof that all is well, and how long it has to last before the incident closes.',
    'verify:',
    `  checks: [${names.join(', ')}]`,
    `  until: ${until}`,
    '  for: 2m',
    '  within: 15m',
    'hold: 5m',
  ]
}

/** As in the runbooks that come with Paramedic. */
const people = [
  '',
  '# Functions, not people: who stands behind them is in the configuration. TODO: yours.',
  'escalate:',
  '  - { after: 0m, page: [on-call] }',
  '  - { after: 15m, unless: acknowledged, page: [on-call, senior] }',
  '  - { after: 30m, unless: resolved, page: [senior] }',
  '  - { after: 60m, unless: resolved, when: incident.impact, page: [on-call, senior], severity: SEV1 }',
  'postmortem: { due: 48h, for: [SEV1, SEV2] }',
]

function line(text: string | undefined, length: number): string {
  return inertLine(text ?? '', length)
}
