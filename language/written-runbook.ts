/** A normalised runbook, written again as its author would have: the way back. */
import { formatDuration } from '../contracts/duration.ts'
import type { OfficeHours } from '../contracts/office-hours.ts'
import type { Runbook } from '../contracts/runbook.ts'
import type { RunbookInput } from '../contracts/runbook-input.ts'
import { actionDefinitions, checkDefinitions } from '../contracts/targets/catalogue.ts'
import { formatAlertText } from './alert-text.ts'

type Written = Record<string, unknown>

export function writtenRunbook(runbook: Runbook): Written {
  const { name, title, owner, source, inputs, officeHours, ...rest } = runbook
  const written = inYamlWords(rest) as Written & { triage: { checks: Written[] } }
  const checks = written.triage.checks.map(({ name, ...check }) => [String(name), check])
  return {
    apiVersion: 'paramedic/v1',
    kind: 'Runbook',
    metadata: { name, title, owner, ...(source === undefined ? {} : { source }) },
    ...written,
    ...(inputs === undefined ? {} : { inputs: writtenInputs(inputs) }),
    ...(officeHours === undefined ? {} : { office_hours: writtenHours(officeHours) }),
    triage: { ...written.triage, checks: Object.fromEntries(checks) as Written },
  }
}

function writtenHours({ zone, days, fromMinute, toMinute }: OfficeHours): Written {
  return { zone, days, from: timeOfDay(fromMinute), to: timeOfDay(toMinute) }
}

function timeOfDay(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map(part => String(part).padStart(2, '0')).join(':')
}

/** `settleMs: 5000` becomes `settle: 5s`; names and labels inside `with` and `targets` stay as they are. */
function inYamlWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inYamlWords)
  if (typeof value !== 'object' || value === null) return value
  const use = value as { uses?: string; with?: Written; fromInputs?: Record<string, string> }
  // Written with the other parameters.
  const entries = Object.entries(value).filter(([key]) => key !== 'fromInputs')
  return Object.fromEntries(
    entries.map(([key, inside]): [string, unknown] => {
      if (key === 'with')
        return [key, withInputs(parametersOf(use.uses ?? '', use.with ?? {}), use.fromInputs ?? {})]
      if (key === 'targets') return [key, inside]
      const snake = key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
      if (snake.endsWith('_ms')) return [snake.slice(0, -'_ms'.length), formatDuration(Number(inside))]
      return [snake, inYamlWords(inside)]
    }),
  )
}

/** One label of a mapping is called `labels.<name>`. */
function withInputs(parameters: Written, fromInputs: Record<string, string>): Written {
  const written = { ...parameters }
  for (const [parameter, input] of Object.entries(fromInputs)) {
    const [, mapping, label] = /^(\w+)\.(.*)$/s.exec(parameter) ?? []
    if (mapping === undefined) written[parameter] = { input }
    else written[mapping] = { ...(written[mapping] as Written | undefined), [label!]: { input } }
  }
  return written
}

function writtenInputs(inputs: readonly RunbookInput[]): Written {
  return Object.fromEntries(
    inputs.map(({ name, from, oneOf, ...rest }) => {
      const written = Object.entries(rest).map(([key, value]) => [
        key,
        rest.type === 'duration' && typeof value === 'number' ? formatDuration(value) : value,
      ])
      return [
        name,
        {
          ...Object.fromEntries(written),
          ...(from && { from: formatAlertText(from) }),
          ...(oneOf && { one_of: oneOf }),
        },
      ]
    }),
  )
}

function parametersOf(uses: string, given: Written): Written {
  const { parameters } = { ...checkDefinitions, ...actionDefinitions }[uses as keyof typeof checkDefinitions]
  const types = new Map(Object.entries(parameters).map(([name, { type }]) => [name, type]))
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      types.get(name) === 'duration' ? formatDuration(Number(value)) : value,
    ]),
  )
}
