/** Every runbook that differs from one in a single thing that matters: a drill has to notice each of them. */
import { hashOf } from '../contracts/canonical-json.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { lintRunbook } from '../language/lint-runbook.ts'
import { normaliseRunbook } from '../language/normalise-runbook.ts'
import { runbookSource } from '../language/runbook-source.ts'
import { writtenRunbook } from '../language/written-runbook.ts'
import { type Change, type Mutant, placeInWords } from './mutant.ts'
import { changesOfCalls } from './mutate-calls.ts'
import { changesOfConditions } from './mutate-conditions.ts'
import { changesOfDurations } from './mutate-durations.ts'
import { changesOfSteps } from './mutate-steps.ts'

/**
 * In the order of the runbook's keys, each with an id that stays the same. What the linter would refuse is left out: nobody could put it
 * in force. So is what `match` and the parameters of checks ask: a drill says itself which alert comes and what is measured.
 */
export function mutantsOf(runbook: Runbook): Mutant[] {
  const known = new Set([hashOf(runbook)])
  const changes = [
    ...changesOfConditions(runbook),
    ...changesOfDurations(runbook),
    ...changesOfSteps(runbook),
    ...changesOfCalls(runbook),
  ]
  const mutants = changes.flatMap((change): Mutant[] => {
    const normal = normalised(change.runbook)
    if (normal === undefined) return []
    const hash = hashOf(normal)
    // The same change may be come to in two ways.
    if (known.has(hash)) return []
    known.add(hash)
    const what = `${placeInWords(change.path)} ${change.words}`
    return [{ ...change, runbook: normal, what, id: idOf(change) }]
  })
  return withOwnIds(mutants)
}

/** Undefined when the linter refuses it. */
function normalised(runbook: Runbook): Runbook | undefined {
  const tree = writtenRunbook(runbook)
  const checked = runbookSource.safeParse(tree)
  if (!checked.success || lintRunbook(tree).length > 0) return undefined
  return normaliseRunbook(checked.data)
}

function idOf({ path, words }: Change): string {
  return `${placeInWords(path)}: ${words}`
    .toLowerCase()
    .replace(/[^a-z0-9.[\]_<>=!&|+-]+/g, '-')
    .replace(/^-|-$/g, '')
}

function withOwnIds(mutants: readonly Mutant[]): Mutant[] {
  const used = new Map<string, number>()
  return mutants.map(mutant => {
    const count = (used.get(mutant.id) ?? 0) + 1
    used.set(mutant.id, count)
    return count === 1 ? mutant : { ...mutant, id: `${mutant.id}-${count}` }
  })
}
