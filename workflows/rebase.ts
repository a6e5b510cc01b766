/** Goes on with another version of the runbook, between two steps. */
import { isMoreSevere } from '../contracts/incident.ts'
import { type CheckUse, measuredChecks } from '../contracts/runbook.ts'
import { sortedJson } from '../contracts/sorted-json.ts'
import { type Assessed, assessImpact, assessSeverity, heldAfter } from '../language/assess.ts'
import type { CheckValues } from '../language/conditions.ts'
import { keepUpdates } from './inform.ts'
import type { Life } from './life.ts'
import { raise } from './raise.ts'
import { keepTargets } from './registered-undos.ts'
import { measureInto, triageScope } from './triage.ts'

/**
 * Takes the version that was heard of last, unless a person has ended the incident. The ladder begins at its top and leaves out what
 * was tried or passed over before, by the id of the step. Where triage goes by something else now, everything is measured before a
 * condition sees it. How severe it is may rise by the new rules, and never falls by them.
 */
export async function takeRebase(life: Life): Promise<void> {
  const { state } = life
  while (state.rebase !== undefined && state.ended === undefined) {
    const { rebase } = state
    const before = life.input
    delete state.rebase
    state.moves = (state.moves ?? 0) + 1
    keepTargets(life)
    passSteps(life)
    life.move(rebase)
    beginLadder(life)
    keepUpdates(life, before.runbook)
    const measured = await triageAnew(life, before)
    life.note('rebase.taken', { runbookHash: rebase.hash, nextStep: firstUntried(life) ?? null, measured })
    await life.record()
  }
}

export function isTried({ state }: Pick<Life, 'state'>, step: string): boolean {
  return state.tried?.includes(step) === true
}

function passSteps({ state, input }: Life): void {
  const passed = input.runbook.mitigate.slice(0, state.nextStep).map(({ id }) => id)
  state.tried = [...new Set([...(state.tried ?? []), ...passed])]
}

/** What was counted, and told to people, of the ladder before says nothing of this one. */
function beginLadder(life: Life): void {
  const { state } = life
  state.nextStep = 0
  delete state.waitsAtTheEnd
  state.stepsLeftOut = 0
  state.isUnboundTold = false
  if (firstUntried(life) !== undefined) state.isExhaustionTold = false
}

function firstUntried(life: Life): string | undefined {
  return life.input.runbook.mitigate.find(({ id }) => !isTried(life, id))?.id
}

/** Returns the names of the checks that were measured: all of them, or none when triage goes by the same as before. */
async function triageAnew(life: Life, before: Life['input']): Promise<string[]> {
  const { state, input } = life
  if (sortedJson(triageOf(before)) === sortedJson(triageOf(input))) return []
  const { checks } = input.runbook.triage
  const last = state.measured
  state.triages = (state.triages ?? 0) + 1
  // What looks again waits until it is known what would be worse.
  delete state.measured
  const kept = checks.filter(use => isSame(use, before, input)).map(({ name }) => name)
  state.checks = Object.fromEntries(Object.entries(state.checks).filter(([name]) => kept.includes(name)))
  const values: Record<string, CheckValues> = {}
  await measureInto(life, values, `rebase/${state.moves}`)
  Object.assign(state.checks, values)
  judgeAnew(life, values, last)
  return checks.map(({ name }) => name)
}

/** All that its measurements and rules depend on. */
function triageOf({ runbook, bindings, inputs = [] }: Life['input']): object {
  const { checks } = runbook.triage
  const bound = checks.map(({ target }) => bindings.find(({ role }) => role === target))
  return { triage: runbook.triage, seen: measuredChecks(runbook), bound, inputs }
}

function isSame(use: CheckUse, before: Life['input'], now: Life['input']): boolean {
  return sortedJson(measurementOf(use, before)) === sortedJson(measurementOf(use, now))
}

function measurementOf({ name }: CheckUse, { runbook, bindings, inputs = [] }: Life['input']): object {
  const use = runbook.triage.checks.find(check => check.name === name)
  const given = inputs.filter(input => Object.values(use?.fromInputs ?? {}).includes(input.name))
  return { use, bound: bindings.find(({ role }) => role === use?.target), given }
}

/**
 * As what looks again judges: worse is worse than the incident is and than the `last` measurement said, so that a person's word stands
 * against what was known to it. What had to hold for a time begins anew.
 */
function judgeAnew(life: Life, values: Record<string, CheckValues>, last: Assessed | undefined): void {
  const { state, input } = life
  const scope = triageScope(life, values)
  const atMs = Date.now()
  const heldSince = heldAfter(input.runbook, scope, {}, atMs)
  const severity = assessSeverity(input.runbook, scope, last ?? state, { since: heldSince, atMs })
  const impact = assessImpact(input.runbook, scope)
  const isBlind = input.runbook.triage.checks.some(({ name }) => !hasAnswered(values[name]))
  state.measured = {
    severity: isBlind ? worst(severity.severity, last?.severity) : severity.severity,
    impact: impact.impact === 'unknown' ? (last?.impact ?? 'unknown') : impact.impact,
    heldSince,
    atMs,
  }
  raise(life, {
    ...(last === undefined || isMoreSevere(severity.severity, last.severity) ? { severity } : {}),
    ...(impact.impact === 'yes' && last?.impact !== 'yes' ? { impact } : {}),
  })
}

function hasAnswered(values: CheckValues | undefined): boolean {
  return Array.isArray(values) ? values.every(({ answered }) => answered === true) : values !== undefined
}

/** What could not be measured must not look as if it had become better, and then worse again. */
function worst(severity: Assessed['severity'], last: Assessed['severity'] | undefined): Assessed['severity'] {
  return last !== undefined && isMoreSevere(last, severity) ? last : severity
}
