import { condition, workflowInfo } from '@temporalio/workflow'
import type { Communication } from '../contracts/communication.ts'
import { limits } from '../contracts/limits.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { sortedJson } from '../contracts/sorted-json.ts'
import { evaluateCondition, incidentScope } from '../language/conditions.ts'
import { createAlarm } from './alarm.ts'
import type { Life } from './life.ts'

/**
 * Has people told regularly how it stands, at times that count from the opening. What was missed while nothing ran is told once; with
 * the history long, updates come more rarely, so that no stage that waits for days outgrows it.
 */
export async function inform(life: Life): Promise<never> {
  const alarm = createAlarm()
  for (;;) {
    const { input } = life
    const { isRecovered, ended } = life.state
    alarm.set(nextUpdateMs(life))
    await condition(
      () =>
        alarm.hasRung() ||
        life.input !== input ||
        life.state.isRecovered !== isRecovered ||
        life.state.ended !== ended,
    )
    await update(life)
  }
}

interface Regular {
  index: number
  rule: Communication
  dueAtMs: number
  everyMs: number
}

/** Rules that tell regularly and are not at their end for now. */
function regular({ state, input }: Life): Regular[] {
  if (state.ended !== undefined) return []
  return (input.runbook.communication ?? []).flatMap((rule, index): Regular[] => {
    if (rule.everyMs === undefined || (rule.until === 'mitigated' && state.isRecovered)) return []
    const everyMs = isHistoryLong() ? Math.max(rule.everyMs, limits.updateEveryOfLongMs) : rule.everyMs
    const dueAtMs = timeBefore(input, everyMs, state.updated?.[index] ?? input.openedAtMs) + everyMs
    return [{ index, rule, everyMs, dueAtMs }]
  })
}

function isHistoryLong(): boolean {
  return workflowInfo().continueAsNewSuggested
}

/** The last of the times that are a whole number of `everyMs` after the opening. */
function timeBefore({ openedAtMs }: Life['input'], everyMs: number, ms: number): number {
  return openedAtMs + Math.floor((ms - openedAtMs) / everyMs) * everyMs
}

function nextUpdateMs(life: Life): number | undefined {
  const times = regular(life).map(({ dueAtMs }) => dueAtMs)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** One message for all that is due: nobody hears twice how it stands. */
async function update(life: Life): Promise<void> {
  const now = Date.now()
  const due = regular(life).filter(({ dueAtMs }) => dueAtMs <= now)
  if (due.length === 0) return
  for (const { index } of due) life.state.updated = { ...life.state.updated, [index]: now }
  const told = due.filter(({ rule }) => isTold(life, rule))
  if (told.length === 0) return
  const tells = told.map(({ rule: { tell, say } }) => ({ tell, ...(say === undefined ? {} : { say }) }))
  const dueAtMs = Math.max(...told.map(({ everyMs }) => timeBefore(life.input, everyMs, now)))
  const rules = told.map(({ index }) => index)
  life.tell({ event: 'update', update: { dueAtMs, rules, tells } })
  await life.record()
}

/** After a move to another version: a rule that is as it was keeps its times, a new one tells from its next time on. */
export function keepUpdates({ state, input }: Life, { communication: before = [] }: Runbook): void {
  const keys = before.map(sortedJson)
  const now = Date.now()
  const updated = (input.runbook.communication ?? []).map((rule, index) => {
    const was = keys.indexOf(sortedJson(rule))
    return [index, was === -1 ? now : state.updated?.[was]] as const
  })
  state.updated = Object.fromEntries(
    updated.flatMap(([index, ms]) => (ms === undefined ? [] : [[index, ms]])),
  )
}

/** Without data they are told. */
function isTold({ state }: Life, { when }: Communication): boolean {
  if (when === undefined) return true
  const evaluated = evaluateCondition(when, incidentScope(state))
  return !('value' in evaluated) || evaluated.value
}
