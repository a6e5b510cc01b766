/** Steps that ask, do, or are followed by something else. */
import { formatDuration } from '../contracts/duration.ts'
import { demandGate } from '../contracts/demand-gate.ts'
import type { ManualStep, Runbook, Step } from '../contracts/runbook.ts'
import { actionDefinitions, type ParameterValue } from '../contracts/targets/catalogue.ts'
import type { ParameterDefinition } from '../contracts/targets/definition.ts'
import { sortedJson } from '../contracts/sorted-json.ts'
import type { Path } from './asked-conditions.ts'
import { type Change, type MutantKind, withChange } from './mutant.ts'

export function changesOfSteps(runbook: Runbook): Change[] {
  const { mitigate } = runbook
  const swaps = mitigate.slice(1).map((step, index): Change => {
    const before = mitigate[index]!
    return {
      kind: 'step',
      path: ['mitigate', index],
      words: `${before.id} and ${step.id} swapped`,
      runbook: { ...runbook, mitigate: mitigate.toSpliced(index, 2, step, before) },
    }
  })
  return [...mitigate.flatMap((step, index) => ofStep(runbook, step, index)), ...swaps]
}

function ofStep(runbook: Runbook, step: Step | ManualStep, index: number): Change[] {
  const path: Path = ['mitigate', index]
  const changes = [
    ...('manual' in step ? ofManual(runbook, step, path) : ofAction(runbook, step, path)),
    ...ofFailure(runbook, step, path),
    ...(step.precheck === undefined ? [] : [dropped(runbook, 'step', [...path, 'precheck'])]),
    { ...dropped(runbook, 'step', path), words: `${step.id} removed` },
  ]
  const isLast = index === runbook.mitigate.length - 1 && runbook.schedule === undefined
  return isLast ? changes.map(change => asLast(runbook, change)) : changes
}

/** Of the last step of a ladder: no step is left, whether the ladder stops there or goes on. */
function asLast(runbook: Runbook, change: Change): Change {
  const [one, other] = [runbook, change.runbook].map(({ mitigate }) => sortedJson(goingOn(mitigate.at(-1))))
  const isSame = change.runbook.mitigate.length === runbook.mitigate.length && one === other
  return isSame
    ? { ...change, equivalent: 'it is the last step: whether it goes on or stops, none is left' }
    : change
}

function goingOn(step: Step | ManualStep | undefined): object {
  if (step === undefined) return {}
  const { onFailure = 'next' } = step
  const more = { onFailure: onFailure === 'stop' ? 'next' : onFailure }
  if ('manual' in step)
    return { ...step, ...more, onExpiry: step.onExpiry === 'stop' ? 'next' : step.onExpiry }
  const { gate } = step
  if (gate === undefined) return { ...step, ...more }
  return { ...step, ...more, gate: { ...gate, onExpiry: gate.onExpiry === 'stop' ? 'next' : gate.onExpiry } }
}

function ofManual(runbook: Runbook, step: ManualStep, path: Path): Change[] {
  return [
    ...others(runbook, 'gate', [...path, 'onExpiry'], step.onExpiry, expiries),
    ...(step.by === undefined ? [] : ofPeople(runbook, [...path, 'by'], step.by)),
  ]
}

const expiries = ['next', 'escalate', 'stop'] as const

function ofAction(runbook: Runbook, step: Step, path: Path): Change[] {
  const { retry, undo, temporary } = step
  return [
    ...ofParameters(runbook, step, path),
    ...ofGate(runbook, step, path),
    ...(retry === undefined
      ? []
      : [
          dropped(runbook, 'step', [...path, 'retry']),
          to(runbook, 'step', [...path, 'retry', 'times'], retry.times, retry.times + 1),
        ]),
    ...(temporary === undefined ? [] : [dropped(runbook, 'step', [...path, 'temporary'])]),
    ...('uses' in undo
      ? [
          ...ofParameters(runbook, undo, [...path, 'undo']),
          ...(undo.verify === undefined ? [] : [dropped(runbook, 'step', [...path, 'undo', 'verify'])]),
          {
            ...to(runbook, 'step', [...path, 'undo'], undo, { none: 'nothing takes it back' }),
            words: 'nothing takes it back',
          },
        ]
      : []),
  ]
}

function ofGate(runbook: Runbook, step: Step, path: Path): Change[] {
  const { gate, uses } = step
  if (gate === undefined) return []
  const { risk } = actionDefinitions[uses]
  const at: Path = [...path, 'gate']
  const asked = demandGate(gate, 'auto', risk)
  const changes = [
    dropped(runbook, 'gate', at),
    to(runbook, 'gate', [...at, 'quorum'], gate.quorum, gate.quorum + 1),
    ...(gate.quorum > 1 ? [to(runbook, 'gate', [...at, 'quorum'], gate.quorum, gate.quorum - 1)] : []),
    ...ofPeople(runbook, [...at, 'approvers'], gate.approvers),
    ...others(runbook, 'gate', [...at, 'onExpiry'], gate.onExpiry, expiries),
  ]
  return changes.map(change => {
    const changed = change.runbook.mitigate[Number(path[1])]
    const asks =
      changed === undefined || 'manual' in changed ? undefined : demandGate(changed.gate, 'auto', risk)
    const isSame =
      asks !== undefined && sortedJson({ ...asks, because: '' }) === sortedJson({ ...asked, because: '' })
    return isSame ? { ...change, equivalent: 'what destroys data asks two people in any case' } : change
  })
}

function ofPeople(runbook: Runbook, path: Path, people: readonly string[]): Change[] {
  const fewer =
    people.length < 2
      ? []
      : people.map((one, index) => ({
          ...dropped(runbook, 'gate', [...path, index]),
          words: `${one} dropped`,
        }))
  const other = 'role:somebody-else'
  return [
    ...fewer,
    { ...to(runbook, 'gate', path, people, [other]), words: `${people.join(', ')} -> ${other}` },
  ]
}

function ofFailure(runbook: Runbook, step: Step | ManualStep, path: Path): Change[] {
  const byDefault = runbook.schedule === undefined ? 'next' : 'stop'
  const is = step.onFailure ?? byDefault
  return (['next', 'escalate', 'stop', 'undo'] as const)
    .filter(other => other !== is)
    .map(other => ({
      ...to(runbook, 'step', [...path, 'onFailure'], is, other === byDefault ? undefined : other),
      words: `${is} -> ${other}`,
    }))
}

function ofParameters(
  runbook: Runbook,
  { uses, with: given }: Pick<Step, 'uses' | 'with'>,
  path: Path,
): Change[] {
  const definitions: Record<string, ParameterDefinition> = actionDefinitions[uses].parameters
  return Object.entries(given).flatMap(([name, value]): Change[] => {
    const definition = definitions[name]
    if (definition === undefined) return []
    const at: Path = [...path, 'with', name]
    return [
      {
        kind: 'parameter',
        path: at,
        words: `${inWords(definition, value)} -> ${inWords(definition, otherValue(definition, value))}`,
        runbook: withChange(runbook, at, otherValue(definition, value)),
      },
    ]
  })
}

function otherValue({ type }: ParameterDefinition, value: ParameterValue): ParameterValue {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return `${value}x`
  if (typeof value !== 'number') return { ...value, other: 'other' }
  if (type === 'duration') return 2 * value
  return type === 'int' ? value + Math.max(1, Math.round(value / 10)) : Number((value * 1.1).toPrecision(10))
}

function inWords({ type }: ParameterDefinition, value: ParameterValue): string {
  return type === 'duration' && typeof value === 'number' ? formatDuration(value) : JSON.stringify(value)
}

export function to(runbook: Runbook, kind: MutantKind, path: Path, was: unknown, value: unknown): Change {
  return {
    kind,
    path,
    words: `${String(was)} -> ${String(value)}`,
    runbook: withChange(runbook, path, value),
  }
}

export function others(
  runbook: Runbook,
  kind: MutantKind,
  path: Path,
  is: string,
  all: readonly string[],
): Change[] {
  return all.filter(other => other !== is).map(other => to(runbook, kind, path, is, other))
}

export function dropped(runbook: Runbook, kind: MutantKind, path: Path): Change {
  return { kind, path, words: 'dropped', runbook: withChange(runbook, path, undefined) }
}
