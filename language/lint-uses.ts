/** `uses`, `target` and `with` of checks and steps against the catalogue and the declared roles. */
import {
  actionDefinitions,
  checkDefinitions,
  isActionName,
  isCheckName,
} from '../contracts/targets/catalogue.ts'
import {
  targetKinds,
  type ActionDefinition,
  type CheckDefinition,
  type TargetKind,
} from '../contracts/targets/definition.ts'
import type { Finding, Path } from './fault.ts'
import { nameHint } from './nearest-name.ts'
import { declaredInputs } from './lint-inputs.ts'
import { type DeclaredInputs, readParameters } from './read-parameters.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'
import { type WrittenRole, writtenRole, writtenRoles } from './written-roles.ts'

type Definition = CheckDefinition | ActionDefinition

export function lintUses(tree: unknown): Finding[] {
  const inputs = declaredInputs(tree)
  const checks = entriesOf(valueAt(tree, ['triage', 'checks'])).flatMap(([name, use]) => {
    const path = ['triage', 'checks', name]
    return [...lintCheckName(use, path), ...lintUse(tree, use, path, checkOf(use), inputs)]
  })
  const steps = listAt(tree, ['mitigate']).flatMap((use, index) => {
    const path = ['mitigate', index]
    // What a person does has no use; lint-manual.ts says so.
    if (valueAt(use, ['manual']) !== undefined) return []
    return [
      ...lintActionName(use, path),
      ...lintUse(tree, use, path, actionOf(use), inputs),
      ...lintUndoUse(tree, use, [...path, 'undo'], inputs),
    ]
  })
  return [...checks, ...steps]
}

function checkOf(use: unknown): Definition | undefined {
  const name = valueAt(use, ['uses'])
  return typeof name === 'string' && isCheckName(name) ? checkDefinitions[name] : undefined
}

function actionOf(use: unknown): Definition | undefined {
  const name = valueAt(use, ['uses'])
  return typeof name === 'string' && isActionName(name) ? actionDefinitions[name] : undefined
}

function lintCheckName(use: unknown, path: Path): Finding[] {
  const name = valueAt(use, ['uses'])
  if (typeof name !== 'string' || isCheckName(name)) return []
  if (isActionName(name))
    return [{ path: [...path, 'uses'], message: `\`${name}\` is an action; checks only measure` }]
  return [
    {
      path: [...path, 'uses'],
      message: `unknown check \`${name}\``,
      hint: nameHint(name, Object.keys(checkDefinitions)),
    },
  ]
}

function lintActionName(use: unknown, path: Path): Finding[] {
  const name = valueAt(use, ['uses'])
  if (typeof name !== 'string' || isActionName(name)) return []
  if (isCheckName(name))
    return [{ path: [...path, 'uses'], message: `\`${name}\` is a check; a step changes something` }]
  return [
    {
      path: [...path, 'uses'],
      message: `unknown action \`${name}\``,
      hint: nameHint(name, Object.keys(actionDefinitions)),
    },
  ]
}

function lintUse(
  tree: unknown,
  use: unknown,
  path: Path,
  definition: Definition | undefined,
  inputs: DeclaredInputs,
): Finding[] {
  return [...lintTarget(tree, use, path, definition), ...lintParameters(use, path, definition, inputs)]
}

/** It works on the target of its step, whose role is looked at there. */
function lintUndoUse(tree: unknown, step: unknown, path: Path, inputs: DeclaredInputs): Finding[] {
  const undo = valueAt(step, ['undo'])
  if (valueAt(undo, ['uses']) === undefined) return []
  const definition = actionOf(undo)
  const { role, kind } = writtenRole(tree, valueAt(step, ['target'])) ?? {}
  const names = [...lintActionName(undo, path), ...lintParameters(undo, path, definition, inputs)]
  if (definition === undefined || !isTargetKind(kind) || kind === definition.kind) return names
  const message = `\`${String(valueAt(undo, ['uses']))}\` works on ${definition.kind}, but role \`${String(role)}\` is of kind ${kind}`
  return [{ path: [...path, 'uses'], message, hint: 'an undo works on the target of its step' }, ...names]
}

function lintParameters(
  use: unknown,
  path: Path,
  definition: Definition | undefined,
  inputs: DeclaredInputs,
): Finding[] {
  const given = valueAt(use, ['with']) ?? {}
  if (definition === undefined || typeof given !== 'object' || Array.isArray(given)) return []
  return readParameters(
    definition.parameters,
    Object.fromEntries(entriesOf(given)),
    [...path, 'with'],
    inputs,
  ).findings
}

function lintTarget(tree: unknown, use: unknown, path: Path, definition: Definition | undefined): Finding[] {
  const name = valueAt(use, ['target'])
  if (typeof name !== 'string') return []
  const roles = writtenRoles(tree)
  const role = roles.find(({ role }) => role === name)
  if (role === undefined) return [roleNobodyDeclared(name, path, roles)]
  const { kind, isMany } = role
  const at = [...path, 'target']
  if (isMany && definition !== undefined && 'risk' in definition) {
    const hint = 'an action changes one target: declare a role for the one that is meant'
    return [
      {
        path: at,
        message: `role \`${name}\` stands for many targets, and \`${usesOf(use)}\` changes one`,
        hint,
      },
    ]
  }
  if (definition === undefined || kind === definition.kind || !isTargetKind(kind)) return []
  const fitting = roles.filter(other => other.kind === definition.kind).map(({ role }) => role)
  const message = `role \`${name}\` is of kind ${kind}, but \`${usesOf(use)}\` works on ${definition.kind}`
  const hint = fitting.length > 0 ? `of kind ${definition.kind}: ${fitting.join(', ')}` : undefined
  return [{ path: at, message, hint }]
}

function roleNobodyDeclared(name: string, path: Path, roles: readonly WrittenRole[]): Finding {
  const known = roles.map(({ role }) => role)
  return {
    path: [...path, 'target'],
    message: `role \`${name}\` is not declared under \`targets\``,
    hint: nameHint(name, known) ?? 'declare it under `targets`',
  }
}

function usesOf(use: unknown): string {
  return String(valueAt(use, ['uses']))
}

function isTargetKind(kind: unknown): kind is TargetKind {
  return (targetKinds as readonly unknown[]).includes(kind)
}
