/** Which fields of its checks a runbook's conditions read. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { measuredChecks, type Runbook, type StepVerification } from '../contracts/runbook.ts'
import { compile } from './condition-language.ts'
import { pathOf } from './condition-logic.ts'
import { alertVariables, checksScope, inputVariables, valueVariables } from './conditions.ts'

/** Check -> its fields that some condition asks for; of a group only that it is asked, not for what. */
export function askedFields(runbook: Runbook): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>()
  for (const { text, ofCheck } of conditionsOf(runbook)) {
    for (const path of pathsIn(runbook, text, ofCheck)) {
      const [check, field] = ofCheck === undefined ? path.slice(1) : [ofCheck, path[1]]
      if (check === undefined) continue
      const fields = asked.get(check) ?? new Set()
      if (field !== undefined) fields.add(field)
      asked.set(check, fields)
    }
  }
  return asked
}

interface Condition {
  text: string
  /** The one check that it sees as `value`. */
  ofCheck?: string
}

function conditionsOf({ triage, mitigate, verify }: Runbook): Condition[] {
  const ofWhole = [...triage.severity.map(({ when }) => when), triage.impact, verify?.until]
  const ofSteps = mitigate.flatMap(step => {
    const undo = 'undo' in step && 'uses' in step.undo ? step.undo.verify : undefined
    const { when, precheck, verify: proof } = step
    return [
      ...(when === undefined ? [] : [{ text: when }]),
      ...(precheck === undefined ? [] : [{ text: precheck.when, ofCheck: precheck.check }]),
      ...[proof, undo].flatMap((one: StepVerification | undefined) =>
        one === undefined ? [] : [{ text: one.until, ofCheck: one.check }],
      ),
    ]
  })
  return [...ofWhole.flatMap(text => (text === undefined ? [] : [{ text }])), ...ofSteps]
}

/** What a condition reads of `checks` or `value`, each as the names behind the dots. */
function pathsIn(runbook: Runbook, text: string, ofCheck: string | undefined): string[][] {
  const checks = measuredChecks(runbook)
  const one = checks.find(({ name }) => name === ofCheck)
  const variables =
    one === undefined
      ? { ...checksScope(checks, {}).variables, ...alertVariables }
      : valueVariables(one.uses, one.isMany)
  const compiled = compile(text, { ...variables, ...inputVariables(runbook.inputs ?? []) })
  if ('problem' in compiled) return []
  const found: string[][] = []
  const look = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(look)
    if (!isNode(part)) return
    const path = pathOf(part)?.split('.')
    if (path === undefined) return look(part.args)
    if (path[0] === (one === undefined ? 'checks' : 'value')) found.push(path)
  }
  look(compiled.ast)
  return found
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}
