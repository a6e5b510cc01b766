/** What a drill gives its incident, against the roles, checks and steps of the runbook. */
import type { CheckChange, Drill } from '../contracts/drill.ts'
import { type CheckUse, type Runbook, roleOf } from '../contracts/runbook.ts'
import { checkDefinitions } from '../contracts/targets/catalogue.ts'
import type { FieldDefinition } from '../contracts/targets/definition.ts'
import { lintEffect } from './attempted-steps.ts'
import { coded, type CodedFinding, type Finding, type Path } from './fault.ts'
import { nameHint } from './nearest-name.ts'

export function lintDrillGiven(drill: Drill, runbook: Runbook): CodedFinding[] {
  const { targets, checks, steps } = drill.given
  return [
    ...coded(
      'name',
      Object.entries(targets).flatMap(([role, names]) => lintRole(runbook, role, names)),
    ),
    ...Object.entries(checks).flatMap(([name, changes]) => lintCheck(drill, runbook, name, changes)),
    ...coded(
      'name',
      Object.keys(steps).flatMap(step => lintEffect(runbook, step, ['given', 'steps', step], 'key')),
    ),
  ]
}

function lintRole({ targets }: Runbook, role: string, names: readonly string[]): Finding[] {
  const path: Path = ['given', 'targets', role]
  if (targets[role] === undefined) {
    const hint = nameHint(role, Object.keys(targets)) ?? 'the runbook has no targets'
    return [{ path, at: 'key', message: `the runbook has no role \`${role}\``, hint }]
  }
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [{ path: [...path, index], message: `\`${name}\` is named twice` }] : [],
  )
}

function lintCheck(
  drill: Drill,
  runbook: Runbook,
  name: string,
  changes: readonly CheckChange[],
): CodedFinding[] {
  const path: Path = ['given', 'checks', name]
  const known = runbook.triage.checks
  const check = known.find(candidate => candidate.name === name)
  if (check === undefined) {
    const hint = nameHint(
      name,
      known.map(candidate => candidate.name),
    )
    return coded('name', [{ path, at: 'key', message: `the runbook has no check \`${name}\``, hint }])
  }
  return changes.flatMap((change, index) => {
    const at: Path = [...path, index]
    const after = 'afterEffectOf' in change.from ? change.from.afterEffectOf : undefined
    return [
      ...coded('uses', lintFields(check, change.is ?? {}, at)),
      ...coded('name', [
        ...(after === undefined ? [] : lintEffect(runbook, after, [...at, 'from', 'afterEffectOf'])),
        ...lintMember(drill, runbook, check, change, at),
      ]),
    ]
  })
}

function lintFields(check: CheckUse, is: NonNullable<CheckChange['is']>, path: Path): Finding[] {
  const fields: Readonly<Record<string, FieldDefinition>> = checkDefinitions[check.uses].fields
  return Object.entries(is).flatMap(([name, value]): Finding[] => {
    const at: Path = [...path, 'is', name]
    const field = fields[name]
    if (field === undefined)
      return [
        {
          path: at,
          at: 'key',
          message: `\`${check.uses}\` does not measure \`${name}\``,
          hint: hintOfField(name, fields),
        },
      ]
    const problem = value === null ? undefined : problemOfValue(field, value)
    return problem === undefined
      ? []
      : [{ path: at, message: `\`${name}\` ${problem}`, hint: field.describe }]
  })
}

const changeKeys = ['at', 'after', 'wait', 'is', 'fails', 'takes']

/** `pool: { fails: … }` was meant for an item of a list. */
function hintOfField(name: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  if (changeKeys.includes(name)) return 'changes of a check are a list: - { … }'
  return nameHint(name, Object.keys(fields))
}

function problemOfValue(
  { type, oneOf }: FieldDefinition,
  value: string | number | boolean,
): string | undefined {
  switch (type) {
    case 'int':
      return Number.isSafeInteger(value) ? undefined : 'must be a whole number'
    case 'double':
      return Number.isFinite(value) ? undefined : 'must be a number'
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    case 'string':
      if (typeof value !== 'string') return 'must be text; quote it'
      return oneOf === undefined || oneOf.includes(value) ? undefined : `must be one of ${oneOf.join(', ')}`
    default:
      return type satisfies never
  }
}

/** Only a check of a group has members to speak of. */
function lintMember(
  { given }: Drill,
  runbook: Runbook,
  check: CheckUse,
  { target }: CheckChange,
  path: Path,
): Finding[] {
  if (target === undefined) return []
  const at: Path = [...path, 'target']
  const isMany = roleOf(runbook.targets[check.target] ?? 'service').many === true
  if (!isMany) {
    const message = `\`${check.name}\` measures one target, and none of a group`
    return [{ path: at, at: 'key', message }]
  }
  const members = given.targets[check.target] ?? [check.target]
  if (members.includes(target)) return []
  const message = `\`${check.target}\` has no target \`${target}\` in this drill`
  return [{ path: at, message, hint: nameHint(target, members) ?? 'it has none at all' }]
}
