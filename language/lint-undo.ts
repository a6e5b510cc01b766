/** What takes a step back: that something does where it has to, and that it says one thing. What it uses is held against the catalogue by lint-uses.ts. */
import { actionDefinitions, isActionName } from '../contracts/targets/catalogue.ts'
import type { Finding, Path } from './fault.ts'
import { readParameters } from './read-parameters.ts'
import { entriesOf, listAt, valueAt } from './tree.ts'

export function lintUndo(tree: unknown): Finding[] {
  return listAt(tree, ['mitigate']).flatMap((step, index) => {
    const path = ['mitigate', index]
    const undo = valueAt(step, ['undo'])
    // What a person does has none; lint-manual.ts says so.
    if (!isMapping(undo) || valueAt(step, ['manual']) !== undefined) return []
    return [...lintKeys(undo, [...path, 'undo']), ...lintNeeded(step, path), ...lintSameAgain(step, path)]
  })
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Nothing to undo, or something that does: one of them, and parameters only of an action. */
function lintKeys(undo: unknown, path: Path): Finding[] {
  const keys = entriesOf(undo).map(([key]) => key)
  const hasAction = keys.includes('uses')
  if (!keys.includes('none')) {
    const hint = 'write `none` and why there is nothing to undo, or `uses` and the action that takes it back'
    return hasAction ? [] : [{ path, at: 'key', message: '`undo` says neither `none` nor `uses`', hint }]
  }
  if (hasAction) {
    const hint = 'either there is nothing to undo, or an action undoes it'
    return [{ path: [...path, 'uses'], at: 'key', message: '`undo` says both `none` and `uses`', hint }]
  }
  return keys
    .filter(key => ofAction.includes(key))
    .map(key => ({ path: [...path, key], at: 'key', message: `\`${key}\` is for an undo with \`uses\`` }))
}

const ofAction: readonly string[] = ['with', 'verify', 'timeout']

function lintNeeded(step: unknown, path: Path): Finding[] {
  const { none, uses } = { none: valueAt(step, ['undo', 'none']), uses: valueAt(step, ['undo', 'uses']) }
  if (none === undefined || uses !== undefined) return []
  const hint = 'give its `undo` the action that takes it back: `uses`'
  return [
    ...(valueAt(step, ['temporary']) === true
      ? [
          {
            path: [...path, 'temporary'],
            message: 'a temporary step that nothing takes back would stay',
            hint,
          },
        ]
      : []),
    ...(valueAt(step, ['on_failure']) === 'undo'
      ? [{ path: [...path, 'on_failure'], message: 'there is no undo that could run when it fails', hint }]
      : []),
  ]
}

/** Copied and not changed: the same action with the same parameters takes nothing back. */
function lintSameAgain(step: unknown, path: Path): Finding[] {
  const undo = valueAt(step, ['undo'])
  const uses = valueAt(undo, ['uses'])
  if (typeof uses !== 'string' || !isActionName(uses) || uses !== valueAt(step, ['uses'])) return []
  const { parameters } = actionDefinitions[uses]
  const [done, undone] = [step, undo].map(use => {
    const given = Object.fromEntries(entriesOf(valueAt(use, ['with'])))
    const { values, fromInputs } = readParameters(parameters, given, [])
    return JSON.stringify([values, fromInputs])
  })
  if (done !== undone) return []
  return [{ path: [...path, 'undo', 'uses'], message: 'the undo does what the step has done, once more' }]
}
