/** What must have come of a drill, as contracts/drill.ts has it. */
import type { ExpectedEffect, ExpectedEntry, Expectation, Never, Timed } from '../contracts/drill.ts'
import type { ParameterValue } from '../contracts/targets/definition.ts'
import type { ExpectationSource } from './drill-expectation-source.ts'
import { present } from './normalise-runbook.ts'

/** Reads the parameters of a step's action, or of its undo's, as a runbook has them; what is wrong with them is the linter's to say. */
export type ParametersOf = (
  step: string,
  written: Record<string, unknown>,
) => Record<string, ParameterValue> | undefined

/** Each key of the drill's own stands in place of that of all drills; what must not happen adds up. */
export function normaliseExpectation(
  ofAll: ExpectationSource | undefined,
  own: ExpectationSource | undefined,
  parametersOf: ParametersOf | undefined,
): Expectation {
  const { severity, impact, pages = [], told, timeline, postmortem, ...rest } = { ...ofAll, ...own }
  const { steps, gates, effects, verdicts, undone, phases, outcome, closed } = rest
  return {
    ...present('severity', severity && inTurn(severity)),
    ...present('impact', impact && inTurn(impact)),
    ...present('steps', steps && mapped(steps, once)),
    ...present('gates', gates && mapped(gates, once)),
    pages: pages.map(({ at, to }) => ({ atMs: at, to })),
    ...present(
      'told',
      told?.map(({ at, event, to }) => ({ ...present('atMs', at), event, to })),
    ),
    ...present('effects', effects && mapped(effects, (effect, step) => effectOf(step, effect, parametersOf))),
    ...present('verdicts', verdicts && mapped(verdicts, inTurn)),
    ...present('undone', undone),
    ...present('phases', phases && inTurn(phases)),
    ...present('outcome', outcome),
    ...present('closedAtMs', closed),
    ...present('timeline', timeline?.map(entryOf)),
    ...present('postmortem', postmortem && (postmortem === 'none' ? null : { dueMs: postmortem.due })),
    never: [...(own?.never ?? []), ...(ofAll?.never ?? [])].map(neverOf),
  }
}

type Once<T extends string> = T | { is: T; at?: number | undefined }

function once<T extends string>(written: Once<T>): Timed<T> {
  return typeof written === 'string' ? { is: written } : { ...present('atMs', written.at), is: written.is }
}

function inTurn<T extends string>(written: Once<T> | Once<T>[]): Timed<T>[] {
  return (Array.isArray(written) ? written : [written]).map(once)
}

type WrittenEffect = NonNullable<ExpectationSource['effects']>[string]

function effectOf(
  step: string,
  written: WrittenEffect,
  parametersOf: ParametersOf | undefined,
): ExpectedEffect {
  if (typeof written === 'number') return { times: written }
  const { times, with: parameters } = written
  if (parameters === undefined) return { times }
  return { times, with: parametersOf?.(step, parameters) ?? asWritten(parameters) }
}

/** Nobody knows the action: what is no value of a parameter is left out. */
function asWritten(parameters: Record<string, unknown>): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  )
}

type WrittenEntry = NonNullable<ExpectationSource['timeline']>[number]

function entryOf(written: WrittenEntry): ExpectedEntry {
  if (typeof written === 'string') return { kind: written }
  const { entry: kind, at, has } = written
  return { kind, ...present('atMs', at), ...present('has', has) }
}

/** The linter has seen to it that one thing is said. */
function neverOf({ effect, page, severity, step, entry, has }: ExpectationSource['never'][number]): Never {
  if (effect !== undefined) return { effect }
  if (page !== undefined) return { page }
  if (severity !== undefined) return { severity }
  if (step !== undefined) return { step }
  return { entry: entry ?? '', ...present('has', has) }
}

export function mapped<T, U>(
  values: Record<string, T>,
  change: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]))
}
