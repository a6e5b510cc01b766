/** The `with` of a check or action, against its definition: known, typed, bounded, complete. */
import type { RunbookInput } from '../contracts/runbook-input.ts'
import type { ParameterDefinition, ParameterValue } from '../contracts/targets/definition.ts'
import { durationShape, outOfBounds, parseDuration, longestDurationMs } from '../contracts/duration.ts'
import type { Finding, Path } from './fault.ts'
import { problemOfInput } from './input-fits.ts'
import { nameHint } from './nearest-name.ts'
import { entriesOf } from './tree.ts'

type Definitions = Readonly<Record<string, ParameterDefinition>>
type Read = { value: ParameterValue } | { problem: string }

/** By its name; undefined of one whose own declaration is wrong, which has been told. */
export type DeclaredInputs = ReadonlyMap<string, RunbookInput | undefined>

/**
 * Reads the parameters, defaults filled in; findings point below `path`, which is that of `with`. `fromInputs` has those whose
 * value is that of an input, `{ input: name }`; one label of a mapping is there as `labels.<name>`.
 */
export function readParameters(
  definitions: Definitions,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  inputs: DeclaredInputs = new Map(),
): { values: Record<string, ParameterValue>; fromInputs: Record<string, string>; findings: Finding[] } {
  const known = Object.keys(definitions)
  const findings: Finding[] = Object.keys(given)
    .filter(name => !known.includes(name))
    .map(name => ({
      path: [...path, name],
      at: 'key',
      message: `unknown parameter \`${name}\``,
      hint: nameHint(name, known),
    }))
  const values: Record<string, ParameterValue> = {}
  const fromInputs: Record<string, string> = {}
  for (const [name, definition] of Object.entries(definitions)) {
    if (!Object.hasOwn(given, name)) {
      if (definition.default !== undefined) values[name] = definition.default
      if (definition.required)
        findings.push({ path, message: `parameter \`${name}\` is required`, hint: definition.describe })
      continue
    }
    const { written, asked } = divided(name, definition, given[name], [...path, name])
    for (const { parameter, of, input, path: at } of asked) {
      fromInputs[parameter] = input
      findings.push(...lintInput(parameter, of, input, at, inputs))
    }
    if (written === undefined) continue
    const read = readParameter(definition, written)
    if ('value' in read) values[name] = read.value
    else
      findings.push({
        path: [...path, name],
        message: `\`${name}\` ${read.problem}`,
        hint: definition.describe,
      })
  }
  return { values, fromInputs, findings }
}

interface Asked {
  parameter: string
  of: ParameterDefinition
  input: string
  path: Path
}

/** What is written out, and what an input says; of a mapping of labels each label is one or the other. */
function divided(
  name: string,
  definition: ParameterDefinition,
  given: unknown,
  path: Path,
): { written?: unknown; asked: Asked[] } {
  if (definition.type !== 'labels') {
    const input = inputNamedBy(given)
    return input === undefined
      ? { written: given, asked: [] }
      : { asked: [{ parameter: name, of: definition, input, path }] }
  }
  const asked = entriesOf(given).flatMap(([label, value]): Asked[] => {
    const input = inputNamedBy(value)
    const parameter = `${name}.${label}`
    return input === undefined ? [] : [{ parameter, of: aLabel, input, path: [...path, label] }]
  })
  if (asked.length === 0) return { written: given, asked }
  const others = entriesOf(given).filter(([, value]) => inputNamedBy(value) === undefined)
  return { ...(others.length > 0 && { written: Object.fromEntries(others) }), asked }
}

const aLabel: ParameterDefinition = { type: 'string', describe: 'The value of a label' }

function inputNamedBy(written: unknown): string | undefined {
  if (typeof written !== 'object' || written === null) return undefined
  const [[key, name] = [], ...others] = Object.entries(written)
  return key === 'input' && typeof name === 'string' && others.length === 0 ? name : undefined
}

function lintInput(
  parameter: string,
  definition: ParameterDefinition,
  name: string,
  path: Path,
  inputs: DeclaredInputs,
): Finding[] {
  const at = [...path, 'input']
  if (!inputs.has(name)) {
    const hint = nameHint(name, [...inputs.keys()]) ?? 'declare it under `inputs`'
    return [{ path: at, message: `there is no input \`${name}\``, hint }]
  }
  const input = inputs.get(name)
  const problem = input && problemOfInput(definition, input)
  return problem === undefined
    ? []
    : [{ path: at, message: `\`${parameter}\` ${problem.message}`, hint: problem.hint }]
}

/** One value as a file has it. */
export function readParameter(definition: ParameterDefinition, written: unknown): Read {
  switch (definition.type) {
    case 'duration':
      return readDuration(definition, written)
    case 'int':
      return Number.isSafeInteger(written)
        ? inBounds(definition, written as number)
        : { problem: 'must be a whole number' }
    case 'double':
      return Number.isFinite(written)
        ? inBounds(definition, written as number)
        : { problem: 'must be a number' }
    case 'string':
      return typeof written === 'string'
        ? inLength(definition, written)
        : { problem: 'must be text; quote it' }
    case 'bool':
      return typeof written === 'boolean' ? { value: written } : { problem: 'must be true or false' }
    case 'labels':
      return readLabels(written)
    default:
      return definition satisfies never
  }
}

function readDuration({ min = 0, max = longestDurationMs }: ParameterDefinition, written: unknown): Read {
  const value = parseDuration(written)
  if (value === undefined) return { problem: durationShape }
  const problem = outOfBounds(value, min, max)
  return problem === undefined ? { value } : { problem }
}

function inBounds({ min = -Infinity, max = Infinity }: ParameterDefinition, value: number): Read {
  if (value < min) return { problem: `must be at least ${min}` }
  return value > max ? { problem: `must be at most ${max}` } : { value }
}

function inLength({ min = 0, max = Infinity }: ParameterDefinition, value: string): Read {
  if (value.length < min) return { problem: `must have at least ${min} character(s)` }
  return value.length > max ? { problem: `must have at most ${max} characters` } : { value }
}

function readLabels(written: unknown): Read {
  const problem = 'must be a mapping of label to text; quote numbers'
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return { problem }
  const entries = Object.entries(written)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return { problem }
  return { value: Object.fromEntries(entries) }
}
