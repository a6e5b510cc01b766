/** All drills of a file against the runbook beside it, told at the places where they were written. */
import type { Drill } from '../contracts/drill.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { writtenPath } from './drill-places.ts'
import { coded, type CodedFinding } from './fault.ts'
import { lintDrill, lintEffectParameters } from './lint-drill.ts'
import { entriesOf, valueAt } from './tree.ts'
import { warnOfDrill } from './warn-drill.ts'

/** `tree` is the file as it was written; what holds in all drills is told once. */
export function lintDrills(tree: unknown, drills: readonly Drill[], runbook: Runbook): CodedFinding[] {
  const found = drills.flatMap(drill => [
    ...atWritten(tree, drill, lintDrill(drill, runbook)),
    ...lintWrittenEffects(tree, drill, runbook),
  ])
  return once(found)
}

export function warnOfDrills(tree: unknown, drills: readonly Drill[], runbook: Runbook): CodedFinding[] {
  return once(drills.flatMap(drill => atWritten(tree, drill, warnOfDrill(drill, runbook))))
}

function atWritten(tree: unknown, drill: Drill, findings: readonly CodedFinding[]): CodedFinding[] {
  return findings.map(finding => ({ ...finding, path: writtenPath(tree, drill.name, finding.path) }))
}

/** A parameter that the action does not have is gone once the drill is normalised. */
function lintWrittenEffects(tree: unknown, drill: Drill, runbook: Runbook): CodedFinding[] {
  return Object.keys(drill.expect.effects ?? {}).flatMap(step => {
    const path = [...writtenPath(tree, drill.name, ['expect', 'effects', step]), 'with']
    const written = Object.fromEntries(entriesOf(valueAt(tree, path)))
    return coded('uses', lintEffectParameters(runbook, step, written, path))
  })
}

function once(findings: readonly CodedFinding[]): CodedFinding[] {
  const byPlace = findings.map(finding => [JSON.stringify([finding.path, finding.message]), finding] as const)
  return [...new Map(byPlace).values()]
}
